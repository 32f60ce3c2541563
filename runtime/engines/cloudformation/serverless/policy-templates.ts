import { lookupTable } from '../../../kernel/lookup-table.ts';
import { asText } from '../intrinsics/scope.ts';
import { isRecord, TemplateError } from '../template/template.ts';

interface PolicyTemplate {
  parameters: string[];
  actions: string[];
  /** In Fn::Sub's form; names of parameters stand for their values. */
  resources: string[];
}

const here = (service: string) => `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}`;
const bucket = ['arn:${AWS::Partition}:s3:::${BucketName}', 'arn:${AWS::Partition}:s3:::${BucketName}/*'];
const table = [`${here('dynamodb')}:table/\${TableName}`, `${here('dynamodb')}:table/\${TableName}/index/*`];
const reading = [
  'dynamodb:GetItem',
  'dynamodb:Scan',
  'dynamodb:Query',
  'dynamodb:BatchGetItem',
  'dynamodb:DescribeTable',
];
const writing = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'];

/** "AWS SAM policy template list"; those that are not here are refused by name. */
const templates: Record<string, PolicyTemplate> = lookupTable({
  SQSPollerPolicy: {
    parameters: ['QueueName'],
    actions: [
      'sqs:ChangeMessageVisibility',
      'sqs:ChangeMessageVisibilityBatch',
      'sqs:DeleteMessage',
      'sqs:DeleteMessageBatch',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
    ],
    resources: [`${here('sqs')}:\${QueueName}`],
  },
  SQSSendMessagePolicy: {
    parameters: ['QueueName'],
    actions: ['sqs:SendMessage*'],
    resources: [`${here('sqs')}:\${QueueName}`],
  },
  LambdaInvokePolicy: {
    parameters: ['FunctionName'],
    actions: ['lambda:InvokeFunction'],
    resources: [`${here('lambda')}:function:\${FunctionName}*`],
  },
  DynamoDBReadPolicy: { parameters: ['TableName'], actions: reading, resources: table },
  DynamoDBWritePolicy: { parameters: ['TableName'], actions: writing, resources: table },
  DynamoDBCrudPolicy: {
    parameters: ['TableName'],
    actions: [...reading, ...writing, 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
    resources: table,
  },
  DynamoDBStreamReadPolicy: {
    parameters: ['TableName', 'StreamName'],
    actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
    resources: [`${here('dynamodb')}:table/\${TableName}/stream/\${StreamName}`],
  },
  S3ReadPolicy: {
    parameters: ['BucketName'],
    actions: [
      's3:GetObject',
      's3:ListBucket',
      's3:GetBucketLocation',
      's3:GetObjectVersion',
      's3:GetLifecycleConfiguration',
    ],
    resources: bucket,
  },
  S3WritePolicy: {
    parameters: ['BucketName'],
    actions: ['s3:PutObject', 's3:PutObjectAcl', 's3:PutLifecycleConfiguration'],
    resources: bucket,
  },
  S3CrudPolicy: {
    parameters: ['BucketName'],
    actions: [
      's3:GetObject',
      's3:ListBucket',
      's3:GetBucketLocation',
      's3:GetObjectVersion',
      's3:PutObject',
      's3:PutObjectAcl',
      's3:GetLifecycleConfiguration',
      's3:PutLifecycleConfiguration',
      's3:DeleteObject',
    ],
    resources: bucket,
  },
  SNSPublishMessagePolicy: {
    parameters: ['TopicName'],
    actions: ['sns:Publish'],
    resources: [`${here('sns')}:\${TopicName}`],
  },
  SSMParameterReadPolicy: {
    parameters: ['ParameterName'],
    actions: ['ssm:DescribeParameters', 'ssm:GetParameters', 'ssm:GetParameter', 'ssm:GetParametersByPath'],
    resources: [`${here('ssm')}:parameter/\${ParameterName}`],
  },
  AWSSecretsManagerGetSecretValuePolicy: {
    parameters: ['SecretArn'],
    actions: ['secretsmanager:GetSecretValue'],
    resources: ['${SecretArn}'],
  },
  KMSDecryptPolicy: { parameters: ['KeyId'], actions: ['kms:Decrypt'], resources: [`${here('kms')}:key/\${KeyId}`] },
  KMSEncryptPolicy: {
    parameters: ['KeyId'],
    actions: ['kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
    resources: [`${here('kms')}:key/\${KeyId}`],
  },
  EventBridgePutEventsPolicy: {
    parameters: ['EventBusName'],
    actions: ['events:PutEvents'],
    resources: [`${here('events')}:event-bus/\${EventBusName}`],
  },
  StepFunctionsExecutionPolicy: {
    parameters: ['StateMachineName'],
    actions: ['states:StartExecution'],
    resources: [`${here('states')}:stateMachine:\${StateMachineName}`],
  },
  CloudWatchPutMetricPolicy: { parameters: [], actions: ['cloudwatch:PutMetricData'], resources: ['*'] },
});

export function policyStatements(logicalId: string, policy: unknown): object[] {
  const [name = '', given] = isRecord(policy) ? (Object.entries(policy)[0] ?? []) : [];
  const template = Object.hasOwn(templates, name) ? templates[name] : undefined;
  if (!template) {
    throw new TemplateError(
      `Policy template ${name || asText(policy)} is refused: Orrery does not have it. (resource ${logicalId})`,
      { path: ['Resources', logicalId, 'Properties', 'Policies'] },
    );
  }
  const values = isRecord(given) ? given : {};
  const missing = template.parameters.filter((parameter) => values[parameter] === undefined);
  if (missing.length > 0) {
    throw new TemplateError(
      `Resource with id [${logicalId}] is invalid. Must specify valid parameter values for policy template '${name}': ${missing.join(', ')}`,
    );
  }
  const Resource = template.resources.map((text) =>
    text === '*' ? text : { 'Fn::Sub': [text, pickParameters(template, values)] },
  );
  return [{ Effect: 'Allow', Action: template.actions, Resource }];
}

function pickParameters({ parameters }: PolicyTemplate, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(parameters.map((parameter) => [parameter, values[parameter]]));
}
