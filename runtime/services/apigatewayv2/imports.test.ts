import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ApiGatewayV2Client,
  CreateStageCommand,
  GetApisCommand,
  GetAuthorizersCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  GetTagsCommand,
  ImportApiCommand,
  ReimportApiCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';
import { stackStore } from '../../engines/cloudformation/stacks/stack-store.ts';
import { call, createFunction, echo } from './test-api.ts';

describe('OpenAPI definitions', () => {
  let orrery: Orrery;
  let gateway: ApiGatewayV2Client;
  before(async () => {
    orrery = await startOrrery({ services: ['apigatewayv2', 'lambda', 'iam', 'sts', 'logs', 'cloudformation', 's3'] });
    gateway = orrery.client(ApiGatewayV2Client);
    await createFunction(orrery, 'echo', echo);
  });
  after(() => orrery.stop());

  const definition = `
openapi: 3.0.1
info: { title: menu, version: '7', description: What there is }
tags: [{ name: owner, x-amazon-apigateway-tag-value: kitchen }]
x-amazon-apigateway-cors: { allowOrigins: ['https://shop.example'], maxAge: 60 }
components:
  securitySchemes:
    staff:
      type: openIdConnect
      x-amazon-apigateway-authorizer:
        type: jwt
        jwtConfiguration: { issuer: 'https://issuer.example', audience: [staff] }
        identitySource: $request.header.Authorization
  x-amazon-apigateway-integrations:
    function:
      type: aws_proxy
      uri: arn:aws:lambda:\${AWS::Region}:\${AWS::AccountId}:function:echo
      payloadFormatVersion: '2.0'
      requestParameters: { 'overwrite:header.x-from': definition }
paths:
  /dishes/{id}:
    get:
      operationId: getDish
      x-amazon-apigateway-integration: { $ref: '#/components/x-amazon-apigateway-integrations/function' }
    put:
      security: [{ staff: [dishes.write] }]
      x-amazon-apigateway-integration: { $ref: '#/components/x-amazon-apigateway-integrations/function' }
  /internal:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-auth: { type: AWS_IAM }
      x-amazon-apigateway-integration: { $ref: '#/components/x-amazon-apigateway-integrations/function' }
  /$default:
    x-amazon-apigateway-any-method:
      isDefaultRoute: true
      x-amazon-apigateway-integration: { type: http_proxy, httpMethod: ANY, uri: 'http://127.0.0.1:1/', payloadFormatVersion: '1.0' }
`;

  async function routesOf(ApiId: string | undefined) {
    const { Items = [] } = await gateway.send(new GetRoutesCommand({ ApiId }));
    return Items.map(({ RouteKey, AuthorizationType }) => `${RouteKey} ${AuthorizationType}`).sort();
  }

  test('become an API: routes, shared integrations, authorizers, CORS and tags', async () => {
    const {
      ApiId = '',
      ApiEndpoint = '',
      Name,
      Version,
      CorsConfiguration,
      Tags,
      Warnings,
    } = await gateway.send(new ImportApiCommand({ Body: definition, FailOnWarnings: true }));
    assert.deepEqual(
      [Name, Version, CorsConfiguration?.AllowOrigins, Tags, Warnings],
      ['menu', '7', ['https://shop.example'], { owner: 'kitchen' }, undefined],
    );
    assert.deepEqual(await routesOf(ApiId), [
      '$default NONE',
      'ANY /internal AWS_IAM',
      'GET /dishes/{id} NONE',
      'PUT /dishes/{id} JWT',
    ]);
    assert.equal((await gateway.send(new GetIntegrationsCommand({ ApiId }))).Items?.length, 2);
    assert.equal((await gateway.send(new GetAuthorizersCommand({ ApiId }))).Items?.[0]?.Name, 'staff');
    await gateway.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
    const { host } = new URL(ApiEndpoint);
    const event = JSON.parse((await call(orrery, host, '/dishes/7')).text);
    assert.deepEqual([event.pathParameters, event.headers['x-from']], [{ id: '7' }, 'definition']);
    assert.equal((await call(orrery, host, '/dishes/7', { method: 'PUT' })).status, 401);
    assert.equal((await call(orrery, host, '/internal')).status, 403);
  });

  test('replace what there was when they are imported again, or leave all as it was', async () => {
    const { ApiId, ApiEndpoint = '' } = await gateway.send(new ImportApiCommand({ Body: definition }));
    await gateway.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
    const integration = {
      type: 'AWS_PROXY',
      uri: 'arn:aws:lambda:us-east-1:000000000000:function:echo',
      payloadFormatVersion: '2.0',
    };
    const next = (operation: object) => ({
      openapi: '3.0.3',
      info: { title: 'menu', version: '8' },
      servers: [{ url: 'https://any.example/{base}', variables: { base: { default: '/v8' } } }],
      paths: { '/drinks': { get: operation } },
    });
    const broken = JSON.stringify(next({ 'x-amazon-apigateway-integration': { ...integration, timeoutInMillis: 1 } }));
    await assert.rejects(gateway.send(new ReimportApiCommand({ ApiId, Body: broken })), {
      name: 'BadRequestException',
    });
    assert.equal((await routesOf(ApiId)).length, 4);
    assert.equal((await call(orrery, new URL(ApiEndpoint).host, '/dishes/1')).status, 200);
    const Body = JSON.stringify(next({ parameters: [], 'x-amazon-apigateway-integration': integration }));
    const { ImportInfo, Version } = await gateway.send(new ReimportApiCommand({ ApiId, Body, Basepath: 'prepend' }));
    assert.deepEqual([Version, ImportInfo?.length, await routesOf(ApiId)], ['8', 1, ['GET /v8/drinks NONE']]);
    assert.equal((await call(orrery, new URL(ApiEndpoint).host, '/v8/drinks')).status, 200);
  });

  test('are refused when they are no OpenAPI 3.0, and with FailOnWarnings when they warn', async () => {
    const before = (await gateway.send(new GetApisCommand({}))).Items?.length;
    const bare = JSON.stringify({ openapi: '3.0.0', info: { title: 'a' }, paths: { '/a': { get: {} } } });
    for (const [Body, FailOnWarnings] of [
      ['{"swagger":"2.0","paths":{}}', false],
      ['openapi: [', false],
      [bare, true],
    ] as const)
      await assert.rejects(gateway.send(new ImportApiCommand({ Body, FailOnWarnings })), {
        name: 'BadRequestException',
      });
    await assert.rejects(gateway.send(new ImportApiCommand({ Body: bare, Basepath: 'split' })), /split is refused/);
    assert.equal((await gateway.send(new GetApisCommand({}))).Items?.length, before);
    assert.equal((await gateway.send(new ImportApiCommand({ Body: bare }))).Warnings?.length, 1);
  });

  test('stand in templates, beside mapped responses and custom domain names', async () => {
    const Uri = 'arn:aws:lambda:us-east-1:000000000000:function:echo';
    const template = {
      Resources: {
        Api: {
          Type: 'AWS::ApiGatewayV2::Api',
          Properties: {
            Body: {
              openapi: '3.0.1',
              info: { title: 'templated', version: '1' },
              paths: {
                '/a': {
                  get: {
                    'x-amazon-apigateway-integration': { type: 'AWS_PROXY', uri: Uri, payloadFormatVersion: '2.0' },
                  },
                },
              },
            },
            FailOnWarnings: true,
            Description: 'of a template',
            Tags: { owner: 'bar' },
          },
        },
        Integration: {
          Type: 'AWS::ApiGatewayV2::Integration',
          Properties: {
            ApiId: { Ref: 'Api' },
            IntegrationType: 'AWS_PROXY',
            IntegrationUri: Uri,
            PayloadFormatVersion: '2.0',
            ResponseParameters: {
              '200': { ResponseParameters: [{ Destination: 'overwrite:statuscode', Source: '203' }] },
            },
          },
        },
        Route: {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: {
            ApiId: { Ref: 'Api' },
            RouteKey: 'GET /b',
            Target: { 'Fn::Sub': 'integrations/${Integration}' },
          },
        },
        Stage: {
          Type: 'AWS::ApiGatewayV2::Stage',
          Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
        },
        Domain: {
          Type: 'AWS::ApiGatewayV2::DomainName',
          Properties: {
            DomainName: 'templated.example',
            DomainNameConfigurations: [
              { CertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1', EndpointType: 'REGIONAL' },
            ],
          },
        },
        Mapping: {
          Type: 'AWS::ApiGatewayV2::ApiMapping',
          Properties: {
            ApiId: { Ref: 'Api' },
            DomainName: { Ref: 'Domain' },
            Stage: { Ref: 'Stage' },
            ApiMappingKey: 'v1',
          },
        },
      },
      Outputs: { Api: { Value: { Ref: 'Api' } }, Alias: { Value: { 'Fn::GetAtt': ['Domain', 'RegionalDomainName'] } } },
    };
    const client = orrery.client(CloudFormationClient);
    await client.send(new CreateStackCommand({ StackName: 'api', TemplateBody: JSON.stringify(template) }));
    const stack = orrery.kernel.engine(stackStore).find({ account: '000000000000', region: 'us-east-1' }, 'api');
    if (stack) await orrery.kernel.engine(deployments).settled(stack.StackId);
    const { Stacks: [made] = [] } = await client.send(new DescribeStacksCommand({ StackName: 'api' }));
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'api' }));
    assert.equal(
      made?.StackStatus,
      'CREATE_COMPLETE',
      StackEvents.map((event) => event.ResourceStatusReason).join('\n'),
    );
    const status = async (path: string) => (await call(orrery, 'templated.example', path)).status;
    assert.deepEqual([await status('/v1/a'), await status('/v1/b'), await status('/a')], [200, 203, 403]);
    const ApiId = made?.Outputs?.find(({ OutputKey }) => OutputKey === 'Api')?.OutputValue;
    const { Tags } = await gateway.send(
      new GetTagsCommand({ ResourceArn: `arn:aws:apigateway:us-east-1::/apis/${ApiId}` }),
    );
    assert.equal(Tags?.owner, 'bar');
  });
});
