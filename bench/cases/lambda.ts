import { performance } from 'node:perf_hooks';
import type { Case, Place } from '../case.ts';
import { Driver, type LoadOptions, type Measure, summary } from '../load.ts';
import { createStack } from '../stack.ts';
import { restCall } from '../wire.ts';

export const lambda: Case[] = [
  {
    name: 'Lambda invoke, warm, one caller',
    budget: 'p50 ≤ 1 ms',
    peer: 'none',
    callers: 1,
    async prepare(at) {
      const call = invoke(await functionOf(at));
      return (send) => send(call);
    },
  },
  {
    name: 'Lambda invoke, cold, tiny',
    budget: 'p50 ≤ 100 ms',
    peer: 'none',
    callers: 1,
    async prepare(at) {
      const name = await functionOf(at);
      return { measure: (options) => measureCold(at, name, options) };
    },
  },
  {
    name: 'HTTP API to warm Lambda',
    peer: 'none',
    callers: 8,
    async prepare(at) {
      await functionOf(at);
      const { Url = '' } = await stackOf(at);
      const { host } = new URL(Url);
      const driver = new Driver(at.server, at.server.httpUrl);
      const call = { method: 'GET', path: '/hello', headers: { host } };
      await driver.send(call);
      return { measure: (options) => driver.load((send) => send(call), options) };
    },
  },
];

/** Another environment variable makes a new environment, so each first invocation after it is a cold one. */
async function measureCold({ server, driver }: Place, name: string, { durationMs }: LoadOptions): Promise<Measure> {
  const latencies: number[] = [];
  let cpuMs = 0;
  const end = performance.now() + durationMs;
  for (let turn = 0; performance.now() < end; turn += 1) {
    const body = JSON.stringify({ Environment: { Variables: { TURN: String(turn) } } });
    await driver.send(restCall('lambda', 'PUT', `/2015-03-31/functions/${name}/configuration`, { body }));
    await settled(driver, name);
    const cpu = server.cpuMs();
    const started = performance.now();
    await driver.send(invoke(name));
    latencies.push(performance.now() - started);
    cpuMs += server.cpuMs() - cpu;
  }
  return summary(latencies, { tookMs: latencies.reduce((sum, ms) => sum + ms, 0), cpuMs });
}

async function settled(driver: Driver, name: string): Promise<void> {
  for (;;) {
    const answer = (
      await driver.send(restCall('lambda', 'GET', `/2015-03-31/functions/${name}/configuration`))
    ).toString();
    if (answer.includes('"LastUpdateStatus":"Successful"') && answer.includes('"State":"Active"')) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function invoke(name: string) {
  return restCall('lambda', 'POST', `/2015-03-31/functions/${name}/invocations`, { body: '{"sku":"espresso"}' });
}

async function functionOf(at: Place): Promise<string> {
  const { Name = '' } = await stackOf(at);
  await settled(at.driver, Name);
  await at.driver.send(invoke(Name));
  return Name;
}

const made = new WeakMap<Place, Promise<Record<string, string>>>();

function stackOf(at: Place): Promise<Record<string, string>> {
  let outputs = made.get(at);
  if (!outputs) {
    outputs = createStack(at.driver.send, 'bench-lambda', template);
    made.set(at, outputs);
  }
  return outputs;
}

const code =
  'exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify({ sku: event.sku ?? event.rawPath }) });';

const template = {
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: code },
      },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'bench', ProtocolType: 'HTTP' } },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['Function', 'Arn'] },
        PayloadFormatVersion: '2.0',
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { ApiId: { Ref: 'Api' }, RouteKey: '$default', Target: { 'Fn::Sub': 'integrations/${Integration}' } },
    },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { Ref: 'Function' },
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: { 'Fn::Sub': 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*' },
      },
    },
  },
  Outputs: { Name: { Value: { Ref: 'Function' } }, Url: { Value: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] } } },
};
