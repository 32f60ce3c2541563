import type { ProtocolName } from '../../runtime/control-plane/protocols/protocol.ts';

/** Client packages whose suffix without its dashes is not the AWS CLI's name of the service. */
export const cliNames: Record<string, string> = {
  'application-auto-scaling': 'application-autoscaling',
  'cloudwatch-logs': 'logs',
  codedeploy: 'deploy',
  'cognito-identity': 'cognito-identity',
  'cognito-identity-provider': 'cognito-idp',
  'config-service': 'configservice',
  'cost-explorer': 'ce',
  'database-migration-service': 'dms',
  'ecr-public': 'ecr-public',
  'elastic-load-balancing': 'elb',
  'elastic-load-balancing-v2': 'elbv2',
  eventbridge: 'events',
  'rds-data': 'rds-data',
  'resource-groups': 'resource-groups',
  'service-quotas': 'service-quotas',
  sfn: 'stepfunctions',
  'sso-admin': 'sso-admin',
};

/**
 * What other clients of a service speak beside the SDK's own protocol: `protocols` in botocore's service-2.json, and the
 * query protocol of services that have moved on from it ("AWS query compatible", Smithy documentation).
 */
export const olderProtocols: Record<string, ProtocolName[]> = {
  sqs: ['awsQuery'],
  cloudwatch: ['rpcV2Cbor', 'awsQuery'],
};

/** Namespaces of answers in a query protocol that the SDK no longer speaks to the service. */
export const olderXmlNamespaces: Record<string, string> = {
  sqs: 'http://queue.amazonaws.com/doc/2012-11-05/',
};
