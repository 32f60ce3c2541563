/** A template of 300 resources: twenty-five departments that each take orders, keep them and tell of them, in one VPC. */
export function largeTemplate(): object {
  const zones = ['a', 'b'];
  const network = {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    ...Object.fromEntries(
      zones.map((zone, index) => [
        `Subnet${zone.toUpperCase()}`,
        {
          Type: 'AWS::EC2::Subnet',
          Properties: {
            VpcId: { Ref: 'Vpc' },
            CidrBlock: `10.0.${index}.0/24`,
            AvailabilityZone: `us-east-1${zone}`,
          },
        },
      ]),
    ),
  };
  const departments = Array.from({ length: 27 }, (_, index) => department(String(index + 1)));
  return { Resources: Object.assign(network, ...departments) };
}

/** Eleven resources. */
function department(number: string): object {
  const name = (what: string): string => `${what}${number}`;
  const arn = (what: string): object => ({ 'Fn::GetAtt': [name(what), 'Arn'] });
  const queue = (properties: object): object => ({ Type: 'AWS::SQS::Queue', Properties: properties });
  const worker = (table: object, source: object, news: object): object => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [
        {
          PolicyName: 'work',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: ['dynamodb:PutItem'], Resource: table },
              { Effect: 'Allow', Action: ['sns:Publish'], Resource: news },
              {
                Effect: 'Allow',
                Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
                Resource: source,
              },
            ],
          },
        },
      ],
    },
  });
  return {
    [name('Letters')]: queue({}),
    [name('Orders')]: queue({ RedrivePolicy: { deadLetterTargetArn: arn('Letters'), maxReceiveCount: 3 } }),
    [name('Table')]: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    [name('Role')]: worker(arn('Table'), arn('Orders'), { Ref: name('News') }),
    [name('Worker')]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: arn('Role'),
        Code: { ZipFile: 'exports.handler = async () => ({});' },
        Environment: { Variables: { TABLE: { Ref: name('Table') } } },
      },
    },
    [name('Mapping')]: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: arn('Orders'), FunctionName: { Ref: name('Worker') } },
    },
    [name('News')]: { Type: 'AWS::SNS::Topic' },
    [name('Subscription')]: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: name('News') }, Protocol: 'sqs', Endpoint: arn('Orders') },
    },
    [name('Receipts')]: { Type: 'AWS::S3::Bucket' },
    [name('Log')]: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: { 'Fn::Sub': `/aws/lambda/\${${name('Worker')}}` }, RetentionInDays: 7 },
    },
    [name('Late')]: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [name('Letters'), 'QueueName'] } }],
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
      },
    },
  };
}
