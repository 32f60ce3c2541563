import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { forwardTo, startBalanced } from './elbv2-for-tests.ts';

const code = `exports.handler = async (event) => {
  if (event.path === '/bad') return 'no answer';
  if (event.path === '/binary') return { statusCode: 200, isBase64Encoded: true, body: Buffer.from('bytes').toString('base64') };
  const body = JSON.stringify(event);
  if (event.multiValueHeaders) return { statusCode: 201, multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] }, body };
  return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body };
};`;

describe('a load balancer’s functions', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  let group = '';
  let host = '';
  before(async () => {
    cloud = await startBalanced(['lambda', 'sts', 'logs']);
    group = await cloud.targetGroup('function', {
      TargetType: 'lambda',
      Protocol: undefined,
      Port: undefined,
      VpcId: undefined,
    });
    const balancer = await cloud.loadBalancer('function');
    host = balancer.host;
    await cloud.listener(balancer.arn, forwardTo(group));
    const FunctionArn = await makeFunction(cloud.orrery);
    await cloud.elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: FunctionArn }] }));
  });
  after(() => cloud.stop());

  test('are not asked without leave of their policy', async () => {
    assert.equal((await cloud.ask(host, '/')).status, 502);
    await cloud.orrery.client(LambdaClient).send(
      new AddPermissionCommand({
        FunctionName: 'answers',
        StatementId: 'balancer',
        Action: 'lambda:InvokeFunction',
        Principal: 'elasticloadbalancing.amazonaws.com',
        SourceArn: group,
      }),
    );
    assert.equal((await cloud.ask(host, '/')).status, 200);
    const { TargetHealthDescriptions } = await cloud.elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: group }),
    );
    assert.equal(TargetHealthDescriptions?.[0]?.TargetHealth?.State, 'unavailable');
  });

  test('get the request as AWS’s event, query as sent and other bodies than text as base64', async () => {
    const headers = { 'content-type': 'application/json', 'x-one': '1' };
    const text = await cloud.ask(host, '/orders/7?a=1&a=2&b=%20x', { method: 'POST', headers, body: '{"n":1}' });
    const event = JSON.parse(text.body) as Record<string, unknown>;
    assert.deepEqual(event.requestContext, { elb: { targetGroupArn: group } });
    assert.deepEqual(
      [event.httpMethod, event.path, event.queryStringParameters, event.body, event.isBase64Encoded],
      ['POST', '/orders/7', { a: '2', b: '%20x' }, '{"n":1}', false],
    );
    assert.equal((event.headers as Record<string, string>)['x-forwarded-for'], '127.0.0.1');
    const image = { 'content-type': 'image/png' };
    const binary = JSON.parse(
      (await cloud.ask(host, '/', { method: 'PUT', headers: image, body: 'png' })).body,
    ) as Record<string, unknown>;
    assert.deepEqual([binary.body, binary.isBase64Encoded], [Buffer.from('png').toString('base64'), true]);
    assert.equal((await cloud.ask(host, '/binary')).body, 'bytes');
  });

  test('are answered for with 502 when their answer is none, and 413 for a body beyond 1 MB', async () => {
    assert.equal((await cloud.ask(host, '/bad')).status, 502);
    const body = Buffer.alloc(1024 * 1024 + 1);
    assert.equal((await cloud.ask(host, '/', { method: 'POST', body })).status, 413);
  });

  test('get and give lists of values where the group says so', async () => {
    await cloud.elb.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: group,
        Attributes: [{ Key: 'lambda.multi_value_headers.enabled', Value: 'true' }],
      }),
    );
    const answer = await cloud.ask(host, '/?a=1&a=2', { headers: { 'x-one': '1' } });
    const event = JSON.parse(answer.body) as Record<string, Record<string, string[]>>;
    assert.deepEqual(event.multiValueQueryStringParameters, { a: ['1', '2'] });
    assert.deepEqual(event.multiValueHeaders?.['x-one'], ['1']);
    assert.deepEqual([answer.status, answer.headers['set-cookie']], [201, ['a=1', 'b=2']]);
  });
});

async function makeFunction(orrery: Awaited<ReturnType<typeof startBalanced>>['orrery']): Promise<string> {
  const { Role } = await orrery.client(IAMClient).send(
    new CreateRoleCommand({
      RoleName: 'answers',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
  const { FunctionArn = '' } = await orrery.client(LambdaClient).send(
    new CreateFunctionCommand({
      FunctionName: 'answers',
      Role: Role?.Arn ?? '',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipSync({ 'index.js': strToU8(code) }) },
    }),
  );
  return FunctionArn;
}
