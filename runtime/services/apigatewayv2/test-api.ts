import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  type CreateIntegrationCommandInput,
  CreateRouteCommand,
  type CreateRouteCommandInput,
  CreateStageCommand,
  type CreateStageCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { request } from 'undici';
import type { Orrery } from '../../../tests/runtime-fixture.ts';

/** A function that answers its event. */
export const echo = `exports.handler = async (event) => ({ statusCode: 200, headers: { 'content-type': 'application/json', 'x-from': 'function' }, body: JSON.stringify(event) });`;

export interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Makes the function `name` and lets API Gateway invoke it; its ARN. */
export async function createFunction(
  orrery: Orrery,
  name: string,
  code: string,
  { policy: open = true }: { policy?: boolean } = {},
): Promise<string> {
  await role(orrery, `runs-${name}`, 'lambda.amazonaws.com', []);
  const lambda = orrery.client(LambdaClient);
  const { FunctionArn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: `arn:aws:iam::000000000000:role/runs-${name}`,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipSync({ 'index.js': strToU8(code) }) },
    }),
  );
  if (!open) return FunctionArn;
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: name,
      StatementId: 'gateway',
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    }),
  );
  return FunctionArn;
}

/** A role that the service may assume and that is granted the statements; its ARN. */
export async function role(orrery: Orrery, RoleName: string, Service: string, Statement: object[]): Promise<string> {
  const iam = orrery.client(IAMClient);
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: policy([{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }]),
    }),
  );
  if (Statement.length > 0)
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'grants', PolicyDocument: policy(Statement) }));
  return Role?.Arn ?? '';
}

/** Keys of a new user that is granted the statements. */
export async function user(orrery: Orrery, UserName: string, Statement: object[]) {
  const iam = orrery.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'grants', PolicyDocument: policy(Statement) }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

function policy(Statement: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

/** An HTTP API with one integration, a route to it for each key, and the stage `$default`. */
export async function createApi(
  orrery: Orrery,
  integration: Omit<CreateIntegrationCommandInput, 'ApiId'>,
  routes: (string | Partial<CreateRouteCommandInput>)[],
  stage: Partial<CreateStageCommandInput> = {},
) {
  const gateway = orrery.client(ApiGatewayV2Client);
  const { ApiId = '', ApiEndpoint = '' } = await gateway.send(
    new CreateApiCommand({ Name: 'test', ProtocolType: 'HTTP' }),
  );
  const { IntegrationId } = await gateway.send(new CreateIntegrationCommand({ ...integration, ApiId }));
  for (const route of routes) {
    const { RouteKey, ...more } = typeof route === 'string' ? { RouteKey: route } : route;
    await gateway.send(new CreateRouteCommand({ ApiId, RouteKey, Target: `integrations/${IntegrationId}`, ...more }));
  }
  await gateway.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true, ...stage }));
  const { host } = new URL(ApiEndpoint);
  return { ApiId, IntegrationId, host, call: (path: string, options?: Call) => call(orrery, host, path, options) };
}

/** One request to a host that the gateway serves. */
export async function call(orrery: Orrery, host: string, path: string, { method = 'GET', headers, body }: Call = {}) {
  const answer = await request(`${orrery.httpUrl}${path}`, {
    method: method as 'GET',
    headers: { ...headers, host },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text };
}
