import { call } from '../api.ts';
import type { MapNode } from './architecture.ts';

interface Question {
  service: string;
  operation: string;
  input: (id: string) => object;
  /** Where in the answer it is; the whole answer where not said. */
  at?: string;
}

const by = (service: string, operation: string, member: string, at?: string): Question => ({
  service,
  operation,
  input: (id) => ({ [member]: id }),
  ...(at === undefined ? {} : { at }),
});
const byList = (service: string, operation: string, member: string, at: string): Question => ({
  service,
  operation,
  input: (id) => ({ [member]: [id] }),
  at,
});

/** By resource type: the operation that describes one. */
const questions: Record<string, Question> = {
  'AWS::ApiGatewayV2::Api': by('apigatewayv2', 'GetApi', 'ApiId'),
  'AWS::AutoScaling::AutoScalingGroup': byList(
    'autoscaling',
    'DescribeAutoScalingGroups',
    'AutoScalingGroupNames',
    'AutoScalingGroups.0',
  ),
  'AWS::CloudFront::Distribution': by('cloudfront', 'GetDistribution', 'Id', 'Distribution'),
  'AWS::DynamoDB::Table': by('dynamodb', 'DescribeTable', 'TableName', 'Table'),
  'AWS::EC2::Instance': byList('ec2', 'DescribeInstances', 'InstanceIds', 'Reservations.0.Instances.0'),
  'AWS::EC2::NatGateway': byList('ec2', 'DescribeNatGateways', 'NatGatewayIds', 'NatGateways.0'),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': byList(
    'elbv2',
    'DescribeLoadBalancers',
    'LoadBalancerArns',
    'LoadBalancers.0',
  ),
  'AWS::Events::Rule': by('events', 'DescribeRule', 'Name'),
  'AWS::KMS::Key': by('kms', 'DescribeKey', 'KeyId', 'KeyMetadata'),
  'AWS::Lambda::Function': by('lambda', 'GetFunctionConfiguration', 'FunctionName'),
  'AWS::RDS::DBCluster': by('rds', 'DescribeDBClusters', 'DBClusterIdentifier', 'DBClusters.0'),
  'AWS::RDS::DBInstance': by('rds', 'DescribeDBInstances', 'DBInstanceIdentifier', 'DBInstances.0'),
  'AWS::Route53::HostedZone': by('route53', 'GetHostedZone', 'Id'),
  'AWS::SecretsManager::Secret': by('secretsmanager', 'DescribeSecret', 'SecretId'),
  'AWS::SNS::Topic': by('sns', 'GetTopicAttributes', 'TopicArn', 'Attributes'),
  'AWS::SQS::Queue': {
    service: 'sqs',
    operation: 'GetQueueAttributes',
    input: (QueueUrl) => ({ QueueUrl, AttributeNames: ['All'] }),
    at: 'Attributes',
  },
};

/** As AWS describes it just now; undefined for a type that no operation here describes. */
export async function described({ type, physicalId, region }: MapNode): Promise<unknown> {
  const question = questions[type];
  if (!question) return undefined;
  let answer: unknown = await call<object>(question.service, question.operation, question.input(physicalId), region);
  for (const part of question.at?.split('.') ?? []) answer = (answer as Record<string, unknown> | undefined)?.[part];
  return answer;
}
