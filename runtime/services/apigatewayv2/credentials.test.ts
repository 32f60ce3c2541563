import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ApiGatewayV2Client,
  CreateAuthorizerCommand,
  GetRoutesCommand,
  UpdateRouteCommand,
} from '@aws-sdk/client-apigatewayv2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { createApi, createFunction, echo, role } from './test-api.ts';

describe('roles that an HTTP API assumes to invoke functions', () => {
  let orrery: Orrery;
  before(async () => {
    orrery = await startOrrery({ services: ['apigatewayv2', 'lambda', 'iam', 'sts', 'logs'] });
  });
  after(() => orrery.stop());

  const invokes = (name: string, Resource: string) =>
    role(orrery, name, 'apigateway.amazonaws.com', [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource }]);

  test('an integration and an authorizer call a function without a resource policy by the role alone', async () => {
    const IntegrationUri = await createFunction(orrery, 'behind', echo, { policy: false });
    const guard = 'exports.handler = async () => ({ isAuthorized: true })';
    const AuthorizerUri = await createFunction(orrery, 'guard', guard, { policy: false });
    const integration = { IntegrationType: 'AWS_PROXY' as const, IntegrationUri, PayloadFormatVersion: '2.0' };
    const CredentialsArn = await invokes('calls-behind', IntegrationUri);
    const { call, ApiId } = await createApi(orrery, { ...integration, CredentialsArn }, ['GET /']);
    assert.equal((await call('/')).status, 200);
    assert.equal((await (await createApi(orrery, integration, ['GET /'])).call('/')).status, 500);

    const gateway = orrery.client(ApiGatewayV2Client);
    const guarded = async (AuthorizerCredentialsArn: string) => {
      const { AuthorizerId } = await gateway.send(
        new CreateAuthorizerCommand({
          ApiId,
          Name: 'guard',
          AuthorizerType: 'REQUEST',
          AuthorizerUri,
          AuthorizerPayloadFormatVersion: '2.0',
          EnableSimpleResponses: true,
          IdentitySource: [],
          AuthorizerCredentialsArn,
        }),
      );
      const { Items: [route] = [] } = await gateway.send(new GetRoutesCommand({ ApiId }));
      await gateway.send(
        new UpdateRouteCommand({ ApiId, RouteId: route?.RouteId, AuthorizationType: 'CUSTOM', AuthorizerId }),
      );
      return (await call('/')).status;
    };
    assert.equal(await guarded(CredentialsArn), 500);
    assert.equal(await guarded(await invokes('calls-guard', AuthorizerUri)), 200);
  });
});
