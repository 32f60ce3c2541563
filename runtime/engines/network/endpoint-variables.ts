import { apiPort } from './network.ts';

/**
 * What tells SDKs in a VPC where AWS's API is ("Service-specific endpoints", AWS SDKs and Tools Reference Guide): each
 * service at its own name, so that the VPC's resolver, and with it a VPC endpoint, decides where a call goes.
 *
 * S3's is under .localhost and has the port outside of the VPC (`apiUrl`): what is presigned in a VPC goes into pages and
 * mails, and on AWS a bucket's name is the same everywhere. Browsers take .localhost for their own machine, which is this
 * one; the VPC's resolver takes it for S3.
 */
export function endpointVariables(region: string, apiUrl: string): Record<string, string> {
  const at = (prefix: string): string => `http://${prefix}.${region}.amazonaws.com:${apiPort}`;
  const own = Object.entries(prefixes).map(([id, prefix]) => [`AWS_ENDPOINT_URL_${id}`, at(prefix)]);
  const s3 = `http://s3.${region}.amazonaws.com.localhost:${new URL(apiUrl).port}`;
  return { AWS_ENDPOINT_URL: at('aws'), ...Object.fromEntries(own), AWS_ENDPOINT_URL_S3: s3 };
}

/** Service ids as SDKs name them, and what their regional endpoints begin with. */
const prefixes = {
  ACM: 'acm',
  APIGATEWAYV2: 'apigateway',
  AUTO_SCALING: 'autoscaling',
  CLOUDFORMATION: 'cloudformation',
  CLOUDWATCH: 'monitoring',
  CLOUDWATCH_LOGS: 'logs',
  DYNAMODB: 'dynamodb',
  DYNAMODB_STREAMS: 'streams.dynamodb',
  EC2: 'ec2',
  ECR: 'api.ecr',
  ELASTIC_LOAD_BALANCING_V2: 'elasticloadbalancing',
  EVENTBRIDGE: 'events',
  KMS: 'kms',
  LAMBDA: 'lambda',
  RDS: 'rds',
  SCHEDULER: 'scheduler',
  SECRETS_MANAGER: 'secretsmanager',
  SES: 'email',
  SESV2: 'email',
  SFN: 'states',
  SNS: 'sns',
  SQS: 'sqs',
  SSM: 'ssm',
  STS: 'sts',
};
