import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteIntegrationCommand,
  GetApiCommand,
  GetRoutesCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { request } from 'undici';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const code = `exports.handler = async (event) => {
  const path = event.rawPath ?? event.path;
  if (path.endsWith('/plain')) return { hello: 'world' };
  if (path.endsWith('/throws')) throw new Error('no');
  if (path.endsWith('/cookies')) return { statusCode: 201, cookies: ['a=1', 'b=2'], headers: { 'X-One': '1' }, body: 'made' };
  if (path.endsWith('/binary')) return { statusCode: 200, headers: { 'content-type': 'image/png' }, body: Buffer.from([1, 2, 3]).toString('base64'), isBase64Encoded: true };
  if (path.endsWith('/nonsense')) return { statusCode: 'many' };
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
};`;

describe('HTTP APIs', () => {
  let orrery: Orrery;
  let gateway: ApiGatewayV2Client;
  let functionArn: string;

  before(async () => {
    orrery = await startOrrery({ services: ['apigatewayv2', 'lambda', 'iam', 'sts', 'logs'] });
    gateway = orrery.client(ApiGatewayV2Client);
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    await orrery.client(IAMClient).send(new CreateRoleCommand({ RoleName: 'runs', AssumeRolePolicyDocument: trust }));
    const lambda = orrery.client(LambdaClient);
    const { FunctionArn = '' } = await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'echo',
        Role: 'arn:aws:iam::000000000000:role/runs',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: zipSync({ 'index.js': strToU8(code) }) },
      }),
    );
    functionArn = FunctionArn;
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: 'echo',
        StatementId: 'gateway',
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
      }),
    );
  });
  after(() => orrery.stop());

  async function api(routeKeys: string[], options: { version?: '1.0' | '2.0'; stage?: object } = {}) {
    const { ApiId = '', ApiEndpoint = '' } = await gateway.send(
      new CreateApiCommand({ Name: 'test', ProtocolType: 'HTTP' }),
    );
    const { IntegrationId } = await gateway.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: functionArn,
        PayloadFormatVersion: options.version ?? '2.0',
      }),
    );
    for (const RouteKey of routeKeys)
      await gateway.send(new CreateRouteCommand({ ApiId, RouteKey, Target: `integrations/${IntegrationId}` }));
    await gateway.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true, ...options.stage }));
    const host = new URL(ApiEndpoint).host;
    const call = async (
      path: string,
      init: { method?: string; headers?: Record<string, string>; body?: string } = {},
    ) => {
      const answer = await request(`${orrery.httpUrl}${path}`, {
        method: (init.method ?? 'GET') as 'GET',
        headers: { host, ...init.headers },
        ...(init.body === undefined ? {} : { body: init.body }),
      });
      return {
        status: answer.statusCode,
        headers: answer.headers,
        bytes: Buffer.from(await answer.body.arrayBuffer()),
      };
    };
    const event = async (path: string, init?: Parameters<typeof call>[1]) =>
      JSON.parse((await call(path, init)).bytes.toString()) as Record<string, unknown> & {
        requestContext: { http: object; stage: string };
      };
    return { ApiId, IntegrationId, call, event };
  }

  test('chooses the most specific route, named methods before ANY, $default last', async () => {
    const { event, call } = await api([
      'GET /pets/dog',
      'GET /pets/{id}',
      'ANY /pets/{proxy+}',
      'POST /pets/{id}',
      '$default',
    ]);
    const chosen = async (path: string, method = 'GET') => (await event(path, { method })).routeKey;
    assert.deepEqual(
      [
        await chosen('/pets/dog'),
        await chosen('/pets/cat'),
        await chosen('/pets/cat/toys'),
        await chosen('/pets/cat', 'POST'),
        await chosen('/pets/cat', 'PUT'),
        await chosen('/other'),
      ],
      ['GET /pets/dog', 'GET /pets/{id}', 'ANY /pets/{proxy+}', 'POST /pets/{id}', 'ANY /pets/{proxy+}', '$default'],
    );
    assert.ok((await call('/pets/dog')).headers['apigw-requestid']);
  });

  test('gives functions payload format 2.0: parameters, cookies, joined values, body', async () => {
    const { event } = await api(['POST /orders/{id}']);
    const got = await event('/orders/a%20b?x=1&x=2&y=3', {
      method: 'POST',
      headers: { cookie: 'a=1; b=2', 'content-type': 'application/json' },
      body: '{"n":1}',
    });
    assert.deepEqual(
      [
        got.version,
        got.pathParameters,
        got.queryStringParameters,
        got.cookies,
        got.body,
        got.isBase64Encoded,
        got.rawQueryString,
      ],
      ['2.0', { id: 'a b' }, { x: '1,2', y: '3' }, ['a=1', 'b=2'], '{"n":1}', false, 'x=1&x=2&y=3'],
    );
    const binary = await event('/orders/1', { method: 'POST', headers: { 'content-type': 'image/png' }, body: 'xyz' });
    assert.deepEqual([binary.body, binary.isBase64Encoded], [Buffer.from('xyz').toString('base64'), true]);
  });

  test('gives functions payload format 1.0 where the integration says so', async () => {
    const { event } = await api(['GET /v1/{id}'], { version: '1.0' });
    const got = await event('/v1/7?a=1&a=2');
    assert.deepEqual(
      [got.version, got.httpMethod, got.resource, got.pathParameters, got.multiValueQueryStringParameters],
      ['1.0', 'GET', '/v1/{id}', { id: '7' }, { a: ['1', '2'] }],
    );
  });

  test('infers a response, takes cookies and binary bodies, and answers 500 to a failure or nonsense', async () => {
    const { call } = await api(['$default']);
    const plain = await call('/plain');
    assert.deepEqual(
      [plain.status, plain.headers['content-type'], plain.bytes.toString()],
      [200, 'application/json', '{"hello":"world"}'],
    );
    const cookies = await call('/cookies');
    assert.deepEqual(
      [cookies.status, cookies.headers['set-cookie'], cookies.headers['x-one']],
      [201, ['a=1', 'b=2'], '1'],
    );
    assert.deepEqual([...(await call('/binary')).bytes], [1, 2, 3]);
    for (const path of ['/throws', '/nonsense']) {
      const failed = await call(path);
      assert.deepEqual([failed.status, failed.bytes.toString()], [500, '{"message":"Internal Server Error"}']);
    }
  });

  test('answers 404 without a route, 429 above its throttle until time has passed, 413 above 10 MB', async () => {
    const { call } = await api(['GET /a', 'POST /a'], {
      stage: { DefaultRouteSettings: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 } },
    });
    assert.deepEqual(
      [(await call('/none')).status, (await call('/none')).bytes.toString()],
      [404, '{"message":"Not Found"}'],
    );
    assert.deepEqual(
      [(await call('/a')).status, (await call('/a')).status, (await call('/a')).status],
      [200, 200, 429],
    );
    await orrery.clock.wind(2000);
    assert.equal((await call('/a')).status, 200);
    const large = await call('/a', { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
    assert.deepEqual([large.status, large.bytes.toString()], [413, '{"message":"Request Too Long"}']);
  });

  test('answers CORS preflights itself', async () => {
    const { ApiId = '', ApiEndpoint = '' } = await gateway.send(
      new CreateApiCommand({
        Name: 'cors',
        ProtocolType: 'HTTP',
        Target: functionArn,
        CorsConfiguration: { AllowOrigins: ['https://shop.example'], AllowMethods: ['GET', 'POST'], MaxAge: 60 },
      }),
    );
    const host = new URL(ApiEndpoint).host;
    const preflight = (origin: string) =>
      request(`${orrery.httpUrl}/x`, {
        method: 'OPTIONS',
        headers: { host, origin, 'access-control-request-method': 'POST' },
      });
    const allowed = await preflight('https://shop.example');
    assert.deepEqual(
      [
        allowed.statusCode,
        allowed.headers['access-control-allow-origin'],
        allowed.headers['access-control-allow-methods'],
      ],
      [204, 'https://shop.example', 'GET,POST'],
    );
    assert.equal((await preflight('https://evil.example')).headers['access-control-allow-origin'], undefined);
    assert.ok((await gateway.send(new GetApiCommand({ ApiId }))).CorsConfiguration);
  });

  test('a stage that does not deploy itself serves what was deployed to it, under its name', async () => {
    const { ApiId, call, event } = await api(['GET /a']);
    await gateway.send(new CreateStageCommand({ ApiId, StageName: 'prod' }));
    const { DeploymentId } = await gateway.send(new CreateDeploymentCommand({ ApiId }));
    assert.equal((await call('/prod/a')).status, 404);
    await gateway.send(new UpdateStageCommand({ ApiId, StageName: 'prod', DeploymentId }));
    assert.equal((await event('/prod/a')).requestContext.stage, 'prod');
  });

  test('refuses by name what it does not do, and says what is wrong as AWS does', async () => {
    await assert.rejects(
      gateway.send(new CreateApiCommand({ Name: 'ws', ProtocolType: 'WEBSOCKET' })),
      /WEBSOCKET is refused/,
    );
    await assert.rejects(gateway.send(new GetApiCommand({ ApiId: 'none' })), {
      name: 'NotFoundException',
      message: 'Invalid API identifier specified 000000000000:none',
    });
    const { ApiId, IntegrationId } = await api(['GET /a']);
    await assert.rejects(gateway.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /a' })), {
      name: 'ConflictException',
    });
    await assert.rejects(gateway.send(new CreateRouteCommand({ ApiId, RouteKey: 'FETCH /a' })), {
      name: 'BadRequestException',
    });
    await assert.rejects(gateway.send(new DeleteIntegrationCommand({ ApiId, IntegrationId })), {
      name: 'BadRequestException',
    });
  });

  test('serves its APIs again after a restart, and no more once they are deleted', async () => {
    const { ApiId, call } = await api(['GET /a']);
    await orrery.restart();
    gateway = orrery.client(ApiGatewayV2Client);
    assert.equal((await call('/a')).status, 200);
    assert.equal((await gateway.send(new GetRoutesCommand({ ApiId }))).Items?.length, 1);
    await gateway.send(new DeleteApiCommand({ ApiId }));
    assert.equal((await call('/a')).status, 404);
  });
});
