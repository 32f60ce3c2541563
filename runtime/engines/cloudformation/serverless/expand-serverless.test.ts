import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTemplate } from '../template/parse-template.ts';
import { checkStructure } from '../template/structure.ts';
import { resourcesOf } from '../template/template.ts';
import { expandServerless } from './expand-serverless.ts';

const expand = (yaml: string) => {
  const document = expandServerless(parseTemplate(yaml).document);
  const { Transform: _done, ...plain } = document;
  assert.deepEqual(checkStructure(plain), []);
  return resourcesOf(document);
};

test('a function brings its role, and an SQS event its mapping and policy', () => {
  const resources = expand(`
Globals: {Function: {Runtime: nodejs24.x, Environment: {Variables: {A: "1"}}}}
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      CodeUri: s3://code/work.zip
      Environment: {Variables: {B: !Ref Jobs}}
      Policies:
        - SQSSendMessagePolicy: {QueueName: !GetAtt Jobs.QueueName}
        - Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}
      Events:
        Pull: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn, BatchSize: 5, FunctionResponseTypes: [ReportBatchItemFailures]}}
`);
  assert.deepEqual(Object.keys(resources).sort(), ['Jobs', 'Work', 'WorkPull', 'WorkRole']);
  const work = resources.Work?.Properties;
  assert.deepEqual(
    [work?.Code, work?.Runtime, work?.Environment],
    [{ S3Bucket: 'code', S3Key: 'work.zip' }, 'nodejs24.x', { Variables: { A: '1', B: { Ref: 'Jobs' } } }],
  );
  assert.deepEqual(resources.WorkPull?.Properties, {
    BatchSize: 5,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
    FunctionName: { Ref: 'Work' },
  });
  assert.match(
    JSON.stringify(resources.WorkRole?.Properties?.ManagedPolicyArns),
    /AWSLambdaBasicExecutionRole.*AWSLambdaSQSQueueExecutionRole/,
  );
  assert.equal((resources.WorkRole?.Properties?.Policies as unknown[] | undefined)?.length, 2);
});

test('events make an HTTP API, a rule and a bucket notification, each with its permission', () => {
  const resources = expand(`
Resources:
  Files: {Type: AWS::S3::Bucket}
  Table: {Type: AWS::Serverless::SimpleTable}
  Web:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: nodejs24.x
      InlineCode: "exports.handler = async () => 1"
      AutoPublishAlias: live
      Events:
        Get: {Type: HttpApi, Properties: {Path: "/items/{id}", Method: get}}
        Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
        Put: {Type: S3, Properties: {Bucket: !Ref Files, Events: "s3:ObjectCreated:*"}}
`);
  assert.equal(resources.WebGetRoute?.Properties?.RouteKey, 'GET /items/{id}');
  assert.equal(resources.ServerlessHttpApi?.Type, 'AWS::ApiGatewayV2::Api');
  assert.deepEqual(resources.WebGetIntegration?.Properties?.IntegrationUri, { Ref: 'WebAliaslive' });
  assert.equal(resources.WebDaily?.Properties?.ScheduleExpression, 'rate(1 day)');
  assert.deepEqual(resources.Files?.DependsOn, ['WebPutPermission']);
  assert.equal(resources.Table?.Properties?.BillingMode, 'PAY_PER_REQUEST');
});

test('what is not expanded is refused by name', () => {
  const fails = (yaml: string, sentence: RegExp) => assert.throws(() => expand(yaml), { message: sentence });
  fails(
    'Resources: {A: {Type: AWS::Serverless::Application, Properties: {Location: {ApplicationId: "arn:x:applications/other"}}}}',
    /Application arn:x:applications\/other is refused/,
  );
  fails(
    'Resources: {A: {Type: AWS::Serverless::Function, Properties: {InlineCode: x, Colour: 1}}}',
    /Property Colour of AWS::Serverless::Function is refused/,
  );
  fails(
    'Resources: {A: {Type: AWS::Serverless::Function, Properties: {CodeUri: ./src}}}',
    /'CodeUri' is not a valid S3 Uri/,
  );
  fails(
    'Resources: {A: {Type: AWS::Serverless::Function, Properties: {InlineCode: x, Events: {E: {Type: Api}}}}}',
    /Event E of type Api is refused/,
  );
});
