import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { request } from 'undici';
import { eventually } from '../systems/system-fixture.ts';
import { CommandLine } from './command.fixture.ts';

const oneMegabyte = 2 ** 20;

/** A function behind a route of the API. */
function route(name: string, timeouts: { functionSeconds: number; integrationMs: number }, code: string): string {
  return `
  ${name}Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: ${name}
      Runtime: nodejs22.x
      Handler: index.handler
      Timeout: ${timeouts.functionSeconds}
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "${code}"}
  ${name}Permission:
    Type: AWS::Lambda::Permission
    Properties: {Action: "lambda:InvokeFunction", FunctionName: !Ref ${name}Function, Principal: apigateway.amazonaws.com}
  ${name}Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt ${name}Function.Arn
      PayloadFormatVersion: "2.0"
      TimeoutInMillis: ${timeouts.integrationMs}
  ${name}Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: "POST /${name}", Target: !Sub "integrations/\${${name}Integration}"}`;
}

const template = `Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: orders}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: failures, ProtocolType: HTTP}}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true}}
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - Id: api
            DomainName: !Sub "\${Api}.execute-api.us-east-1.amazonaws.com"
            CustomOriginConfig: {OriginProtocolPolicy: https-only}
        DefaultCacheBehavior:
          TargetOriginId: api
          ViewerProtocolPolicy: allow-all
          AllowedMethods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]
          CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad
${route('broken', { functionSeconds: 3, integrationMs: 30_000 }, "throw new Error('no menu today')")}
${route('silent', { functionSeconds: 1, integrationMs: 30_000 }, 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000))')}
${route('slow', { functionSeconds: 5, integrationMs: 200 }, 'exports.handler = () => new Promise((done) => setTimeout(done, 2000))')}
${route('large', { functionSeconds: 3, integrationMs: 30_000 }, 'exports.handler = async (event) => ({ statusCode: 200, body: String(event.body.length) })')}
Outputs:
  ApiUrl: {Value: !GetAtt Api.ApiEndpoint}
  SiteUrl: {Value: !Sub "https://\${Distribution.DomainName}"}
`;

describe('what fails, and how it is told', () => {
  const orrery = new CommandLine();
  let ports: { apiPort: number; httpPort: number };
  let outputs: Record<string, { value: string }>;
  const config = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 };

  before(async () => {
    mkdirSync(orrery.dataDir, { recursive: true });
    const file = join(orrery.dataDir, 'failures.yaml');
    writeFileSync(file, template);
    await orrery.up(file, '--port', '0', '--http-port', '0');
    ports = await orrery.json('status');
    outputs = (await orrery.json<{ failures: typeof outputs }>('outputs')).failures;
  });
  after(() => orrery.close());

  async function post(output: 'ApiUrl' | 'SiteUrl', path: string, body: string | Buffer = '{}') {
    const { host } = new URL(outputs[output]?.value ?? '');
    const answer = await request(`http://127.0.0.1:${ports.httpPort}${path}`, {
      method: 'POST',
      headers: { host },
      body,
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  const log = async (name: string): Promise<string> => (await orrery.run('logs', `/aws/lambda/${name}`)).stdout;

  test('a function that throws while it loads: 500 to the user, its error in its log, which `orrery logs` shows', async () => {
    assert.deepEqual(await post('ApiUrl', '/broken'), { status: 500, text: '{"message":"Internal Server Error"}' });
    const lines = await eventually('the error is logged', async () => {
      const text = await log('broken');
      return /no menu today/.test(text) ? text : undefined;
    });
    assert.match(lines, /Error: no menu today/);
    assert.match(lines, /INIT_REPORT|REPORT RequestId/);
  });

  test('a handler that never answers is ended at its time-out: 500 to the user, Status: timeout in its log', async () => {
    assert.deepEqual(await post('ApiUrl', '/silent'), { status: 500, text: '{"message":"Internal Server Error"}' });
    const lines = await eventually('the time-out is logged', async () => {
      const text = await log('silent');
      return /REPORT/.test(text) ? text : undefined;
    });
    assert.match(lines, /Task timed out after 1\.00 seconds/);
    assert.match(lines, /REPORT RequestId: .*Status: timeout/);
  });

  test('a handler slower than its integration may be: 503 to the user while the function goes on', async () => {
    assert.deepEqual(await post('ApiUrl', '/slow'), { status: 503, text: '{"message":"Service Unavailable"}' });
  });

  test('a body larger than the API takes is 413, directly and through the edge', async () => {
    const body = Buffer.alloc(10 * oneMegabyte + 1, 'x');
    for (const output of ['ApiUrl', 'SiteUrl'] as const) {
      const { status, text } = await post(output, '/large', body);
      assert.deepEqual([status, JSON.parse(text)], [413, { message: 'Request Too Long' }], output);
    }
    assert.deepEqual(await post('SiteUrl', '/large', 'x'.repeat(oneMegabyte)), {
      status: 200,
      text: String(oneMegabyte),
    });
  });

  test('a body that the API takes and Lambda does not is 413, and an error of the SDK where it is called directly', async () => {
    const { status } = await post('SiteUrl', '/large', Buffer.alloc(7 * oneMegabyte, 'x'));
    assert.equal(status, 413);
    const lambda = new LambdaClient({ ...config, endpoint: `http://127.0.0.1:${ports.apiPort}` });
    const Payload = JSON.stringify({ body: 'x'.repeat(6 * oneMegabyte + 200) });
    await assert.rejects(lambda.send(new InvokeCommand({ FunctionName: 'large', Payload })), {
      name: 'RequestTooLargeException',
      message: /payload is too large for the RequestResponse invocation type/,
    });
    lambda.destroy();
  });

  test('a message above the queue’s limit is refused with the limit', async () => {
    const sqs = new SQSClient({ ...config, endpoint: `http://127.0.0.1:${ports.apiPort}` });
    const QueueUrl = `http://127.0.0.1:${ports.apiPort}/000000000000/orders`;
    const MessageBody = 'x'.repeat(oneMegabyte + 1);
    await assert.rejects(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody })), {
      name: 'InvalidParameterValue',
      message: /Message must be shorter than 1048576 bytes/,
    });
    sqs.destroy();
  });
});
