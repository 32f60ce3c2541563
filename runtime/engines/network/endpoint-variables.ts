import { apiPort } from './network.ts';

/**
 * What tells SDKs in a VPC where AWS's API is ("Service-specific endpoints", AWS SDKs and Tools Reference Guide): each
 * service at its own name, so that the VPC's resolver, and with it a VPC endpoint, decides where a call goes.
 */
export function endpointVariables(region: string): Record<string, string> {
  const at = (prefix: string): string => `http://${prefix}.${region}.amazonaws.com:${apiPort}`;
  const own = Object.entries(prefixes).map(([id, prefix]) => [`AWS_ENDPOINT_URL_${id}`, at(prefix)]);
  return { AWS_ENDPOINT_URL: at('aws'), ...Object.fromEntries(own) };
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
  S3: 's3',
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
