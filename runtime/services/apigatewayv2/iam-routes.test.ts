import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { type Signing, signedHeaders } from '../../../tests/signed-request.ts';
import { createApi, createFunction, echo, role, user } from './test-api.ts';

describe('routes with AuthorizationType AWS_IAM', () => {
  let orrery: Orrery;
  let functionArn: string;
  before(async () => {
    orrery = await startOrrery({ services: ['apigatewayv2', 'lambda', 'iam', 'sts', 'logs'] });
    functionArn = await createFunction(orrery, 'echo', echo);
  });
  after(() => orrery.stop());

  async function api(PayloadFormatVersion = '2.0') {
    const made = await createApi(
      orrery,
      { IntegrationType: 'AWS_PROXY', IntegrationUri: functionArn, PayloadFormatVersion },
      [
        { RouteKey: 'ANY /orders/{id}', AuthorizationType: 'AWS_IAM' },
        { RouteKey: 'GET /closed', AuthorizationType: 'AWS_IAM' },
      ],
    );
    const signed = async (path: string, signing: Omit<Signing, 'service'> & { service?: string }, body?: string) => {
      const asked = { method: body ? 'POST' : 'GET', host: made.host, path, ...(body ? { body } : {}) };
      return made.call(path, { ...asked, headers: await signedHeaders(asked, { service: 'execute-api', ...signing }) });
    };
    return { ...made, signed };
  }

  test('let in who is granted execute-api:Invoke on the route, and tell the function who it is', async () => {
    const { ApiId, signed, call } = await api();
    const credentials = await user(orrery, 'waiter', [
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: `arn:aws:execute-api:us-east-1:000000000000:${ApiId}/$default/*/orders/*`,
      },
    ]);
    const answer = await signed('/orders/a%20b?x=1', { credentials }, '{"n":1}');
    assert.equal(answer.status, 200, answer.text);
    const { iam } = JSON.parse(answer.text).requestContext.authorizer;
    assert.deepEqual(
      [iam.accessKey, iam.accountId, iam.userArn, iam.cognitoIdentity],
      [credentials.accessKeyId, '000000000000', 'arn:aws:iam::000000000000:user/waiter', null],
    );
    assert.match(iam.userId, /^AIDA/);
    for (const refused of [
      await call('/orders/1'),
      await signed('/closed', { credentials }),
      await signed('/orders/1', { credentials: { ...credentials, secretAccessKey: 'wrong' } }),
      await signed('/orders/1', { credentials, service: 'lambda' }),
      await signed('/orders/1', { credentials, region: 'eu-west-1' }),
    ])
      assert.deepEqual([refused.status, refused.text], [403, '{"message":"Forbidden"}']);
  });

  test('know a role by its session, until its token has expired', async () => {
    const { ApiId, signed } = await api('1.0');
    const roleArn = await role(orrery, 'kitchen', 'lambda.amazonaws.com', [
      { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `arn:aws:execute-api:*:*:${ApiId}/*` },
    ]);
    const session = orrery.kernel.context({
      principal: { kind: 'service', service: 'lambda.amazonaws.com', account: '000000000000' },
      region: 'us-east-1',
    });
    const { Credentials } = await session.call<{ Credentials: Record<string, string> }>('sts', 'AssumeRole', {
      RoleArn: roleArn,
      RoleSessionName: 'shift',
    });
    const credentials = {
      accessKeyId: Credentials.AccessKeyId ?? '',
      secretAccessKey: Credentials.SecretAccessKey ?? '',
      sessionToken: Credentials.SessionToken ?? '',
    };
    const { identity, authorizer } = JSON.parse((await signed('/orders/1', { credentials })).text).requestContext;
    assert.deepEqual(
      [identity.userArn, identity.accessKey, authorizer],
      ['arn:aws:sts::000000000000:assumed-role/kitchen/shift', credentials.accessKeyId, undefined],
    );
    const { sessionToken: _token, ...bare } = credentials;
    assert.equal((await signed('/orders/1', { credentials: bare })).status, 403);
    await orrery.clock.wind(3600_000 + 1000);
    assert.equal((await signed('/orders/1', { credentials })).status, 403);
  });
});
