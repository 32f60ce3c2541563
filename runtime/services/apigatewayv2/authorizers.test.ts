import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { request } from 'undici';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const functions: Record<string, string> = {
  echo: 'exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event.requestContext.authorizer ?? null) });',
  guard: `let calls = 0; exports.handler = async (event) => ({ isAuthorized: event.identitySource[0] === 'open sesame', context: { calls: ++calls } });`,
};

describe('authorizers of HTTP APIs', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let orrery: Orrery;
  let gateway: ApiGatewayV2Client;
  let issuer: Server;
  let issuerUrl = '';
  const arns: Record<string, string> = {};

  before(async () => {
    issuer = createServer((message, response) => {
      const broken = { kty: 'RSA', kid: 'broken' };
      const keys = { keys: [broken, { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] };
      response.end(
        JSON.stringify(
          message.url?.endsWith('openid-configuration') ? { issuer: issuerUrl, jwks_uri: `${issuerUrl}/keys` } : keys,
        ),
      );
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
    orrery = await startOrrery({ services: ['apigatewayv2', 'lambda', 'iam', 'sts', 'logs'] });
    gateway = orrery.client(ApiGatewayV2Client);
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    await orrery.client(IAMClient).send(new CreateRoleCommand({ RoleName: 'runs', AssumeRolePolicyDocument: trust }));
    const lambda = orrery.client(LambdaClient);
    for (const [FunctionName, code] of Object.entries(functions)) {
      const Code = { ZipFile: zipSync({ 'index.js': strToU8(code) }) };
      const { FunctionArn = '' } = await lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Role: 'arn:aws:iam::000000000000:role/runs',
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Code,
        }),
      );
      arns[FunctionName] = FunctionArn;
      await lambda.send(
        new AddPermissionCommand({
          FunctionName,
          StatementId: 'gateway',
          Action: 'lambda:InvokeFunction',
          Principal: 'apigateway.amazonaws.com',
        }),
      );
    }
  });
  after(async () => {
    await orrery.stop();
    issuer.close();
    issuer.closeAllConnections();
  });

  async function guarded(authorizer: object, route: object) {
    const { ApiId = '', ApiEndpoint = '' } = await gateway.send(
      new CreateApiCommand({ Name: 'guarded', ProtocolType: 'HTTP' }),
    );
    const { IntegrationId } = await gateway.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: arns.echo,
        PayloadFormatVersion: '2.0',
      }),
    );
    const { AuthorizerId } = await gateway.send(
      new CreateAuthorizerCommand({ ApiId, Name: 'guard', ...authorizer } as never),
    );
    await gateway.send(
      new CreateRouteCommand({
        ApiId,
        RouteKey: 'GET /a',
        Target: `integrations/${IntegrationId}`,
        AuthorizerId,
        ...route,
      }),
    );
    await gateway.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
    return async (headers: Record<string, string> = {}) => {
      const answer = await request(`${orrery.httpUrl}/a`, { headers: { host: new URL(ApiEndpoint).host, ...headers } });
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: (await answer.body.json()) as Record<string, unknown>,
      };
    };
  }

  function token(claims: object, key = privateKey, kid = 'one'): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'RS256', kid })}.${part({ iss: issuerUrl, aud: 'shop', exp: Math.floor(orrery.clock.now() / 1000) + 600, ...claims })}`;
    return `Bearer ${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
  }

  function forged(head: object, signed: (text: string) => string): string {
    const [, payload = ''] = token({ scope: 'orders.read' }).split('.');
    const text = `${Buffer.from(JSON.stringify(head)).toString('base64url')}.${payload}`;
    return `Bearer ${text}.${signed(text)}`;
  }

  test('a JWT authorizer lets in who has a good token, and gives the function its claims', async () => {
    const jwt = {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: issuerUrl, Audience: ['shop'] },
    };
    const call = await guarded(jwt, { AuthorizationType: 'JWT', AuthorizationScopes: ['orders.read'] });
    const good = await call({ authorization: token({ sub: 'ada', scope: 'orders.read other' }) });
    assert.equal(good.status, 200);
    assert.equal((good.body.jwt as { claims: { sub: string } }).claims.sub, 'ada');
    assert.deepEqual([(await call()).status, (await call()).body], [401, { message: 'Unauthorized' }]);
    assert.equal((await call({ authorization: token({ scope: 'other' }) })).status, 403);
    const bad = [
      token({ aud: 'elsewhere', scope: 'orders.read' }),
      token({ iss: 'http://127.0.0.1:1', scope: 'orders.read' }),
      token({ scope: 'orders.read' }, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
      token({ scope: 'orders.read' }, privateKey, 'other'),
      token({ scope: 'orders.read' }, privateKey, 'broken'),
      forged({ alg: 'none' }, () => ''),
      forged({ alg: 'none' }, () => 'x'),
      // The public key taken for a shared secret.
      forged({ alg: 'HS256', kid: 'one' }, (text) =>
        createHmac('sha256', publicKey.export({ type: 'spki', format: 'pem' }))
          .update(text)
          .digest('base64url'),
      ),
      'Bearer nonsense',
      'Bearer bnVsbA.bnVsbA.bnVsbA',
    ];
    for (const authorization of bad) assert.equal((await call({ authorization })).status, 401);
    const soon = token({ scope: 'orders.read' });
    await orrery.clock.wind(601_000);
    const expired = await call({ authorization: soon });
    assert.match(String(expired.headers['www-authenticate']), /the token has expired/);
  });

  test('a Lambda authorizer is asked once for each identity while its answer is kept', async () => {
    const lambda = {
      AuthorizerType: 'REQUEST',
      AuthorizerUri: arns.guard,
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.x-word'],
      AuthorizerResultTtlInSeconds: 300,
    };
    const call = await guarded(lambda, { AuthorizationType: 'CUSTOM' });
    const open = () => call({ 'x-word': 'open sesame' });
    assert.deepEqual([(await open()).body, (await open()).body], [{ lambda: { calls: 1 } }, { lambda: { calls: 1 } }]);
    assert.equal((await call({ 'x-word': 'please' })).status, 403);
    assert.equal((await call()).status, 401);
    await orrery.clock.wind(301_000);
    assert.deepEqual((await open()).body, { lambda: { calls: 3 } });
  });
});
