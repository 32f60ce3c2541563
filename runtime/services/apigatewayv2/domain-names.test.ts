import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ApiGatewayV2Client,
  CreateApiMappingCommand,
  CreateDomainNameCommand,
  DeleteDomainNameCommand,
  GetApiMappingsCommand,
  UpdateApiCommand,
  UpdateApiMappingCommand,
} from '@aws-sdk/client-apigatewayv2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { call, createApi, createFunction, echo } from './test-api.ts';

const CertificateArn = 'arn:aws:acm:us-east-1:000000000000:certificate/11111111-2222-3333-4444-555555555555';

describe('custom domain names', () => {
  let orrery: Orrery;
  let gateway: ApiGatewayV2Client;
  let IntegrationUri: string;
  before(async () => {
    orrery = await startOrrery({ services: ['apigatewayv2', 'lambda', 'iam', 'sts', 'logs'] });
    gateway = orrery.client(ApiGatewayV2Client);
    IntegrationUri = await createFunction(orrery, 'echo', echo);
  });
  after(() => orrery.stop());

  const api = (PayloadFormatVersion: string, StageName: string) =>
    createApi(
      orrery,
      { IntegrationType: 'AWS_PROXY', IntegrationUri, PayloadFormatVersion },
      ['ANY /{proxy+}', 'GET /'],
      {
        StageName,
      },
    );
  const domain = (DomainName: string) =>
    gateway.send(new CreateDomainNameCommand({ DomainName, DomainNameConfigurations: [{ CertificateArn }] }));
  const map = (DomainName: string, ApiId: string, Stage: string, ApiMappingKey?: string) =>
    gateway.send(
      new CreateApiMappingCommand({ DomainName, ApiId, Stage, ...(ApiMappingKey ? { ApiMappingKey } : {}) }),
    );

  test('send a request to the API whose mapping has the longest path, without that path', async () => {
    const { DomainNameConfigurations: [first] = [] } = await domain('api.example.com');
    assert.match(first?.ApiGatewayDomainName ?? '', /^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/);
    const [one, two, three] = [await api('2.0', '$default'), await api('2.0', 'prod'), await api('1.0', 'prod')];
    await map('api.example.com', one.ApiId, '$default');
    await map('api.example.com', two.ApiId, 'prod', 'orders');
    await map('api.example.com', three.ApiId, 'prod', 'orders/v1/items');
    const ask = async (path: string) => {
      const event = JSON.parse((await call(orrery, 'api.example.com.localhost:8080', path)).text);
      return [event.requestContext.apiId, event.rawPath ?? event.path, event.pathParameters?.proxy];
    };
    assert.deepEqual(await ask('/customers'), [one.ApiId, '/customers', 'customers']);
    assert.deepEqual(await ask('/ordersmith/1'), [one.ApiId, '/ordersmith/1', 'ordersmith/1']);
    assert.deepEqual(await ask('/orders/v1'), [two.ApiId, '/prod/v1', 'v1']);
    assert.deepEqual(await ask('/orders'), [two.ApiId, '/prod/', undefined]);
    assert.deepEqual(await ask('/orders/v1/items/7'), [three.ApiId, '/orders/v1/items/7', '7']);
  });

  test('may be the only way in, outlive a restart, and serve nothing once they are gone', async () => {
    const { ApiId, host } = await api('2.0', '$default');
    await domain('*.shop.example');
    const { ApiMappingId } = await map('*.shop.example', ApiId, '$default', 'menu');
    await gateway.send(new UpdateApiCommand({ ApiId, DisableExecuteApiEndpoint: true }));
    const closed = await call(orrery, host, '/a');
    assert.deepEqual([closed.status, closed.text], [404, '{"message":"Not Found"}']);
    await orrery.restart();
    gateway = orrery.client(ApiGatewayV2Client);
    const status = async (path: string) => (await call(orrery, 'north.shop.example', path)).status;
    assert.deepEqual([await status('/menu/a'), await status('/other')], [200, 403]);
    await gateway.send(
      new UpdateApiMappingCommand({ DomainName: '*.shop.example', ApiMappingId, ApiId, ApiMappingKey: 'card' }),
    );
    assert.deepEqual([await status('/menu/a'), await status('/card/a')], [403, 200]);
    await gateway.send(new DeleteDomainNameCommand({ DomainName: '*.shop.example' }));
    assert.equal(await status('/card/a'), 404);
  });

  test('refuse a second mapping of a path, an unknown stage, and what is not run', async () => {
    const { ApiId } = await api('2.0', 'prod');
    await domain('one.example');
    await map('one.example', ApiId, 'prod', 'a');
    await assert.rejects(map('one.example', ApiId, 'prod', 'a'), { name: 'ConflictException' });
    await assert.rejects(map('one.example', ApiId, 'test', 'b'), { name: 'BadRequestException' });
    await assert.rejects(map('none.example', ApiId, 'prod'), { name: 'NotFoundException' });
    assert.equal((await gateway.send(new GetApiMappingsCommand({ DomainName: 'one.example' }))).Items?.length, 1);
    await assert.rejects(domain('one.example'), { name: 'ConflictException' });
    const DomainNameConfigurations = [{ CertificateArn }];
    await assert.rejects(
      gateway.send(
        new CreateDomainNameCommand({
          DomainName: 'two.example',
          DomainNameConfigurations,
          MutualTlsAuthentication: { TruststoreUri: 's3://bucket/key' },
        }),
      ),
      /MutualTlsAuthentication is refused/,
    );
  });
});
