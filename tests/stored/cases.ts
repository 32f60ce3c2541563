import { acm } from './cases/acm.ts';
import { apigatewayv2 } from './cases/apigatewayv2.ts';
import { applicationAutoscaling } from './cases/application-autoscaling.ts';
import { autoscaling } from './cases/autoscaling.ts';
import { cloudformation } from './cases/cloudformation.ts';
import { cloudfront } from './cases/cloudfront.ts';
import { cloudwatch } from './cases/cloudwatch.ts';
import { dynamodb } from './cases/dynamodb.ts';
import { ec2 } from './cases/ec2.ts';
import { ecr } from './cases/ecr.ts';
import { elbv2 } from './cases/elbv2.ts';
import { events } from './cases/events.ts';
import { fis } from './cases/fis.ts';
import { iam } from './cases/iam.ts';
import { kms } from './cases/kms.ts';
import { lambda } from './cases/lambda.ts';
import { logs } from './cases/logs.ts';
import { rds } from './cases/rds.ts';
import { route53 } from './cases/route53.ts';
import { s3 } from './cases/s3.ts';
import { scheduler } from './cases/scheduler.ts';
import { secretsmanager } from './cases/secretsmanager.ts';
import { ses } from './cases/ses.ts';
import { sesv2 } from './cases/sesv2.ts';
import { shield } from './cases/shield.ts';
import { sns } from './cases/sns.ts';
import { sqs } from './cases/sqs.ts';
import { ssm } from './cases/ssm.ts';
import { wafv2 } from './cases/wafv2.ts';
import type { StoredCases } from './stored-cases.ts';

export const allCases: StoredCases[] = [
  applicationAutoscaling,
  shield,
  acm,
  apigatewayv2,
  autoscaling,
  cloudformation,
  cloudfront,
  cloudwatch,
  dynamodb,
  ec2,
  ecr,
  elbv2,
  events,
  fis,
  iam,
  kms,
  lambda,
  logs,
  route53,
  s3,
  scheduler,
  secretsmanager,
  ses,
  sesv2,
  sns,
  sqs,
  ssm,
  wafv2,
  // Its databases would live through what the others wait for.
  rds,
];
