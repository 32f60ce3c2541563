import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { ServerlessOrders } from './stacks/serverless-orders.ts';
import { ofType, only, synthesised } from './synthesised.ts';

const { template, outputFolder } = synthesised((app) => new ServerlessOrders(app, 'serverless-orders'));
after(() => rmSync(outputFolder, { recursive: true, force: true }));

const attribute = (id: string, name = 'Arn') => ({ 'Fn::GetAtt': [id, name] });
const reference = (id: string) => ({ Ref: id });
const joined = (...parts: unknown[]) => ({ 'Fn::Join': ['', parts] });

const table = only(template, 'AWS::DynamoDB::Table');
const queue = only(template, 'AWS::SQS::Queue', 'OrdersQueue');
const deadLetters = only(template, 'AWS::SQS::Queue', 'OrdersDeadLetters');
const bucket = only(template, 'AWS::S3::Bucket', 'SiteBucket');
const distribution = only(template, 'AWS::CloudFront::Distribution');
const distributionArn = joined(
  'arn:',
  reference('AWS::Partition'),
  ':cloudfront::',
  reference('AWS::AccountId'),
  ':distribution/',
  reference(distribution.id),
);

function statementsIn(document: unknown): unknown {
  return (document as { Statement: unknown } | undefined)?.Statement;
}

/** The statements of a function's role; it has no other policy, by assertion. */
function statementsOf(functionStart: string): unknown {
  const role = only(template, 'AWS::IAM::Role', `${functionStart}Role`);
  assert.deepEqual(Object.keys(role.Properties).sort(), ['AssumeRolePolicyDocument', 'Policies']);
  const [policy, ...others] = role.Properties.Policies as { PolicyDocument: unknown }[];
  assert.equal(others.length, 0);
  return statementsIn(policy?.PolicyDocument);
}

const ownLogs = (functionStart: string) => ({
  Sid: 'WriteOwnLogs',
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: attribute(only(template, 'AWS::Logs::LogGroup', `${functionStart}Logs`).id),
});

const putItems = (keys: string) => ({
  Sid: 'PutItems',
  Effect: 'Allow',
  Action: 'dynamodb:PutItem',
  Resource: attribute(table.id),
  Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [keys] } },
});

test('the stack has seven outputs by their exact names', () => {
  assert.deepEqual(Object.fromEntries(Object.entries(template.Outputs).map(([name, { Value }]) => [name, Value])), {
    SiteUrl: joined('https://', attribute(distribution.id, 'DomainName')),
    ApiUrl: attribute(only(template, 'AWS::ApiGatewayV2::Api').id, 'ApiEndpoint'),
    SiteBucketName: reference(bucket.id),
    DistributionId: reference(distribution.id),
    OrdersTableName: reference(table.id),
    OrdersQueueUrl: reference(queue.id),
    DeadLetterQueueUrl: reference(deadLetters.id),
  });
});

const config = distribution.Properties.DistributionConfig as Record<string, unknown>;

test('S-B2: the site lies in a private, encrypted, versioned bucket', () => {
  const { BucketEncryption, PublicAccessBlockConfiguration, VersioningConfiguration } = bucket.Properties;
  assert.deepEqual(VersioningConfiguration, { Status: 'Enabled' });
  assert.deepEqual(BucketEncryption, {
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
  });
  assert.deepEqual(PublicAccessBlockConfiguration, {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  });
});

test('S-B2, S-C4: the site is read by this one distribution alone, over TLS', () => {
  const policy = only(template, 'AWS::S3::BucketPolicy', 'SiteBucketPolicy').Properties;
  assert.deepEqual(policy.Bucket, reference(bucket.id));
  assert.deepEqual(statementsIn(policy.PolicyDocument), [
    {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:*',
      Resource: [attribute(bucket.id), joined(attribute(bucket.id), '/*')],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: joined(attribute(bucket.id), '/*'),
      Condition: { StringEquals: { 'AWS:SourceArn': distributionArn } },
    },
  ]);
});

test('S-B1, S-B2: the site has its requests signed by origin access control', () => {
  const control = only(template, 'AWS::CloudFront::OriginAccessControl');
  assert.partialDeepStrictEqual(control.Properties.OriginAccessControlConfig, {
    OriginAccessControlOriginType: 's3',
    SigningBehavior: 'always',
    SigningProtocol: 'sigv4',
  });
  const [files] = config.Origins as unknown[];
  assert.partialDeepStrictEqual(files, {
    DomainName: attribute(bucket.id, 'RegionalDomainName'),
    OriginAccessControlId: attribute(control.id, 'Id'),
  });
});

test('S-B1: the site is cached and compressed, and the API under /api/ is neither cached nor stripped of its headers', () => {
  // "Use managed cache policies" and "Use managed origin request policies" list these identifiers.
  assert.partialDeepStrictEqual(config.DefaultCacheBehavior, {
    CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
    Compress: true,
    ViewerProtocolPolicy: 'redirect-to-https',
  });
  assert.partialDeepStrictEqual(config.CacheBehaviors, [
    {
      PathPattern: '/api/*',
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
      ViewerProtocolPolicy: 'redirect-to-https',
    },
  ]);
});

test('S-B1: the site shows its own page for what is not there, and leaves the 404 of the API alone', () => {
  assert.equal(config.DefaultRootObject, 'index.html');
  assert.deepEqual(config.CustomErrorResponses, [
    { ErrorCode: 403, ErrorCachingMinTTL: 10, ResponseCode: 404, ResponsePagePath: '/404.html' },
  ]);
});

test('S-B1: the site allows nothing to be loaded from elsewhere', () => {
  const { ResponseHeadersPolicyConfig } = only(template, 'AWS::CloudFront::ResponseHeadersPolicy').Properties;
  const { SecurityHeadersConfig } = ResponseHeadersPolicyConfig as {
    SecurityHeadersConfig: Record<string, Record<string, unknown>>;
  };
  assert.match(String(SecurityHeadersConfig.ContentSecurityPolicy?.ContentSecurityPolicy), /^default-src 'none'; /);
  assert.equal(SecurityHeadersConfig.StrictTransportSecurity?.AccessControlMaxAgeSec, 63_072_000);
  assert.equal(SecurityHeadersConfig.FrameOptions?.FrameOption, 'DENY');
});

test('S-B8: the site is uploaded by a function that may touch this bucket and this distribution only', () => {
  assert.deepEqual(statementsOf('SiteFilesUploader'), [
    {
      Sid: 'ListSite',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:ListBucketVersions'],
      Resource: attribute(bucket.id),
    },
    {
      Sid: 'ReplaceSite',
      Effect: 'Allow',
      Action: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:PutObject'],
      Resource: joined(attribute(bucket.id), '/*'),
    },
    {
      Sid: 'ForgetOldFiles',
      Effect: 'Allow',
      Action: 'cloudfront:CreateInvalidation',
      Resource: distributionArn,
    },
    ownLogs('SiteFilesUploader'),
  ]);
});

test('S-B2: the files of the site travel with the uploader, and their tests stay behind', () => {
  const [files] = readdirSync(outputFolder)
    .map((name) => join(outputFolder, name, 'site'))
    .filter(existsSync);
  const names = readdirSync(files ?? '', { recursive: true, encoding: 'utf8' });
  assert.ok(names.includes('index.html') && names.includes('404.html'));
  assert.deepEqual(
    names.filter((name) => name.endsWith('.ts')),
    [],
  );
});

test('S-B1: the site has TLS 1.2 and its own name when a domain and certificate are given', () => {
  const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555';
  const named = synthesised((app) => new ServerlessOrders(app, 'serverless-orders'), {
    domainName: 'www.example.com',
    certificateArn,
    alarmEmail: 'admin@example.com',
  });
  rmSync(named.outputFolder, { recursive: true, force: true });
  assert.deepEqual(named.findings, []);
  assert.equal(named.template.Outputs.SiteUrl?.Value, 'https://www.example.com');
  const { DistributionConfig } = only(named.template, 'AWS::CloudFront::Distribution').Properties;
  assert.partialDeepStrictEqual(DistributionConfig, {
    Aliases: ['www.example.com'],
    ViewerCertificate: { AcmCertificateArn: certificateArn, MinimumProtocolVersion: 'TLSv1.2_2021' },
  });
  const { Protocol, Endpoint } = only(named.template, 'AWS::SNS::Subscription').Properties;
  assert.deepEqual({ Protocol, Endpoint }, { Protocol: 'email', Endpoint: 'admin@example.com' });
});

test('S-B1: the site refuses a domain without a certificate', () => {
  assert.throws(
    () => synthesised((app) => new ServerlessOrders(app, 'serverless-orders'), { domainName: 'www.example.com' }),
    /needs both/,
  );
});

test('S-B3, S-B4: the API has three routes and one for what is none of them, all with payload format 2.0', () => {
  const keys = ofType(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties.RouteKey);
  assert.deepEqual(keys, ['GET /api/menu', 'POST /api/orders', 'GET /api/orders/{orderId}', 'ANY /api/{proxy+}']);
  const integration = only(template, 'AWS::ApiGatewayV2::Integration').Properties;
  assert.equal(integration.PayloadFormatVersion, '2.0');
  assert.deepEqual(integration.IntegrationUri, attribute(only(template, 'AWS::Lambda::Function', 'ApiHandler').id));
});

test('S-B3, S-B9: the API is throttled and logs each request', () => {
  const { StageName, AutoDeploy, DefaultRouteSettings, AccessLogSettings } = only(
    template,
    'AWS::ApiGatewayV2::Stage',
  ).Properties;
  assert.deepEqual({ StageName, AutoDeploy }, { StageName: '$default', AutoDeploy: true });
  assert.deepEqual(DefaultRouteSettings, { ThrottlingBurstLimit: 2000, ThrottlingRateLimit: 1000 });
  const { Format } = AccessLogSettings as { Format: string };
  assert.equal(JSON.parse(Format).status, '$context.status');
});

test('S-B8, S-C4: the API handler reads the table, leaves receipts and sends orders', () => {
  assert.deepEqual(statementsOf('ApiHandler'), [
    { Sid: 'ReadOrders', Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: attribute(table.id) },
    putItems('receipt#*'),
    { Sid: 'SendOrders', Effect: 'Allow', Action: 'sqs:SendMessage', Resource: attribute(queue.id) },
    ownLogs('ApiHandler'),
  ]);
});

test('S-B8, S-C4: the queue processor stores orders and works its queue', () => {
  assert.deepEqual(statementsOf('QueueProcessor'), [
    putItems('order#*'),
    {
      Sid: 'ReceiveOrders',
      Effect: 'Allow',
      Action: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      Resource: attribute(queue.id),
    },
    ownLogs('QueueProcessor'),
  ]);
});

test('S-B8, S-C4: there is no policy beside those in the roles, and no managed one', () => {
  assert.deepEqual(ofType(template, 'AWS::IAM::Policy'), []);
  assert.deepEqual(ofType(template, 'AWS::IAM::ManagedPolicy'), []);
  assert.equal(ofType(template, 'AWS::IAM::Role').length, 3);
});

test('S-B5, S-C5: an order is received five times, then lies among the dead letters for 14 days', () => {
  assert.deepEqual(queue.Properties.RedrivePolicy, {
    deadLetterTargetArn: attribute(deadLetters.id),
    maxReceiveCount: 5,
  });
  assert.equal(deadLetters.Properties.MessageRetentionPeriod, 14 * 24 * 60 * 60);
});

test('S-B5: both queues are encrypted, and refuse plain HTTP', () => {
  const policies = ofType(template, 'AWS::SQS::QueuePolicy').map(([, { Properties }]) => Properties);
  for (const { id, Properties } of [queue, deadLetters]) {
    assert.equal(Properties.SqsManagedSseEnabled, true);
    const policy = policies.find(({ Queues }) => isDeepStrictEqual(Queues, [reference(id)]));
    assert.deepEqual(statementsIn(policy?.PolicyDocument), [
      {
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'sqs:*',
        Resource: attribute(id),
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  }
});

test('S-B5, S-B6: the visibility time-out is six times the time-out of the processor', () => {
  const { Timeout } = only(template, 'AWS::Lambda::Function', 'QueueProcessor').Properties;
  assert.equal(queue.Properties.VisibilityTimeout, 6 * Number(Timeout));
});

test('S-B6: the processor is triggered without delay and answers for each message', () => {
  const { Properties } = only(template, 'AWS::Lambda::EventSourceMapping');
  assert.partialDeepStrictEqual(Properties, {
    EventSourceArn: attribute(queue.id),
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MaximumBatchingWindowInSeconds: 0,
  });
});

test('S-B7: the table is encrypted, recoverable, kept when the stack goes, and forgets receipts', () => {
  assert.equal(table.DeletionPolicy, 'Retain');
  assert.partialDeepStrictEqual(table.Properties, {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    SSESpecification: { SSEEnabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  });
});

test('S-B9: each function and the API has a log group of its own that keeps a month', () => {
  const groups = ofType(template, 'AWS::Logs::LogGroup');
  assert.equal(groups.length, 4);
  for (const [id, { Properties }] of groups) assert.equal(Properties.RetentionInDays, 30, id);
});

test('S-B9: dead letters, errors and a queue that is not drained raise an alarm', () => {
  const topic = reference(only(template, 'AWS::SNS::Topic').id);
  const alarms = ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => {
    assert.deepEqual(Properties.AlarmActions, [topic]);
    assert.equal(Properties.Period, 60);
    return `${Properties.Namespace} ${Properties.MetricName} ${Properties.Statistic} >= ${Properties.Threshold}`;
  });
  assert.deepEqual(alarms, [
    'AWS/SQS ApproximateNumberOfMessagesVisible Maximum >= 1',
    'AWS/SQS ApproximateAgeOfOldestMessage Maximum >= 300',
    'AWS/Lambda Errors Sum >= 1',
    'AWS/Lambda Errors Sum >= 1',
    'AWS/ApiGateway 5xx Sum >= 1',
  ]);
});
