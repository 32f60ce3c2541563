import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  type CreateIntegrationCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { createApi, createFunction, echo } from './test-api.ts';

/** Parameter mappings and HTTP integrations, against a server of this machine that answers what it was asked. */
describe('what an HTTP API changes on the way', () => {
  let orrery: Orrery;
  let server: Server;
  let uri: string;
  before(async () => {
    orrery = await startOrrery({ services: ['apigatewayv2', 'lambda', 'iam', 'sts', 'logs'] });
    server = createServer((request, response) => {
      if (request.url === '/slow') return void server.emit('slow');
      const status = Number(request.headers['x-status'] ?? 200);
      response.writeHead(status, { 'content-type': 'application/json', 'x-made-by': 'server', 'x-secret': '1' });
      response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await orrery.stop();
  });

  const http = (path: string, more: Partial<CreateIntegrationCommandInput> = {}) => ({
    IntegrationType: 'HTTP_PROXY' as const,
    IntegrationMethod: 'ANY',
    IntegrationUri: uri + path,
    PayloadFormatVersion: '1.0',
    ...more,
  });

  test('request parameters append, overwrite and remove headers and query parameters, and set the path', async () => {
    const RequestParameters = {
      'append:header.x-list': '$request.querystring.more',
      'overwrite:header.x-order': 'order ${request.path.id} on ${stageVariables.table} by $${context.httpMethod}',
      'overwrite:header.x-body': '$request.body.lines[1].dish',
      'remove:header.x-private': "''",
      'append:querystring.tag': 'b c',
      'overwrite:querystring.page': '7',
      'remove:querystring.more': "''",
      'overwrite:path': '/v2${request.path}',
    };
    const { call } = await createApi(orrery, http('/base', { RequestParameters }), ['POST /orders/{id}'], {
      StageVariables: { table: 't9' },
    });
    const { text } = await call('/orders/42?more=two&page=1&tag=a', {
      method: 'POST',
      headers: { 'x-list': 'one', 'x-private': 'yes', 'content-type': 'application/json' },
      body: JSON.stringify({ lines: [{}, { dish: 'soup' }] }),
    });
    const { url, headers } = JSON.parse(text);
    assert.equal(url, '/v2/orders/42?page=7&tag=a&tag=b%20c');
    assert.deepEqual(
      [headers['x-list'], headers['x-order'], headers['x-body'], headers['x-private']],
      ['one,two', 'order 42 on t9 by $POST', 'soup', undefined],
    );
  });

  test('response parameters apply to the status they are for, and may change it', async () => {
    const ResponseParameters = {
      '404': { 'overwrite:statuscode': '410', 'append:header.x-made-by': 'gateway', 'remove:header.x-secret': "''" },
      '200': {
        'overwrite:header.x-was': '$response.header.x-made-by',
        'overwrite:header.x-method': '$response.body.method',
      },
    };
    const { call } = await createApi(orrery, http('/', { ResponseParameters }), ['$default']);
    const gone = await call('/', { headers: { 'x-status': '404' } });
    assert.deepEqual(
      [gone.status, gone.headers['x-made-by'], gone.headers['x-secret']],
      [410, 'server,gateway', undefined],
    );
    const { headers } = await call('/');
    assert.deepEqual([headers['x-was'], headers['x-method'], headers['x-secret']], ['server', 'GET', '1']);
  });

  test('mappings reach functions as well', async () => {
    const IntegrationUri = await createFunction(orrery, 'mapped', echo);
    const { call } = await createApi(
      orrery,
      {
        IntegrationType: 'AWS_PROXY',
        IntegrationUri,
        PayloadFormatVersion: '2.0',
        RequestParameters: { 'overwrite:header.x-stage': '$context.stage', 'overwrite:querystring.a': '1' },
        ResponseParameters: { '200': { 'overwrite:header.x-from': 'mapping' } },
      },
      ['GET /a'],
    );
    const { text, headers } = await call('/a');
    const event = JSON.parse(text);
    assert.deepEqual(
      [event.headers['x-stage'], event.rawQueryString, headers['x-from']],
      ['$default', 'a=1', 'mapping'],
    );
  });

  test('refuses what AWS refuses: reserved headers, unknown places, expressions that read nothing', async () => {
    const gateway = orrery.client(ApiGatewayV2Client);
    const { ApiId } = await gateway.send(new CreateApiCommand({ Name: 'refusals', ProtocolType: 'HTTP' }));
    const create = (more: Partial<CreateIntegrationCommandInput>) =>
      gateway.send(new CreateIntegrationCommand({ ApiId, ...http('/'), ...more }));
    const asked = (key: string, value = 'x') => create({ RequestParameters: { [key]: value } });
    await assert.rejects(asked('overwrite:header.Authorization'), {
      name: 'BadRequestException',
      message: 'Operations on header Authorization are restricted',
    });
    for (const refused of [
      asked('append:path'),
      asked('overwrite:statuscode', '200'),
      asked('append:header.x', '$request.cookie.a'),
      asked('append:header.x', '$request.body..name'),
      create({ ResponseParameters: { '200': { 'append:querystring.a': '1' } } }),
      create({ ResponseParameters: { '200': { 'append:header.a': '$request.header.b' } } }),
    ])
      await assert.rejects(refused, {
        name: 'BadRequestException',
        message: /^Invalid mapping expression specified: Validation Result/,
      });
    await assert.rejects(create({ ResponseParameters: { ok: { 'append:header.a': 'b' } } }), {
      name: 'BadRequestException',
    });
    await assert.rejects(create({ ConnectionType: 'VPC_LINK', ConnectionId: 'abc' }), /VPC_LINK is refused/);
  });

  test('HTTP integrations fill path and stage variables, keep the query, and send redirects back as they are', async () => {
    const { call } = await createApi(
      orrery,
      http('', { IntegrationUri: `http://127.0.0.1:\${stageVariables.port}/pets/{proxy}` }),
      ['ANY /shop/{proxy+}'],
      { StageVariables: { port: new URL(uri).port } },
    );
    const { url, method } = JSON.parse((await call('/shop/cats/tom%20cat?a=1', { method: 'PUT', body: 'x' })).text);
    assert.deepEqual([method, url], ['PUT', '/pets/cats/tom%20cat?a=1']);
    assert.equal((await call('/shop/x', { headers: { 'x-status': '302' } })).status, 302);
  });

  test('answers 503 when the integration is too slow, not there, or outside of this machine', async () => {
    const reach = async (IntegrationUri: string) =>
      (await createApi(orrery, http('', { IntegrationUri, TimeoutInMillis: 60 }), ['$default'])).call('/');
    const slow = reach(`${uri}/slow`);
    await once(server, 'slow');
    await orrery.clock.wind(60);
    for (const answer of [await slow, await reach('http://127.0.0.1:1/'), await reach('https://example.com/')])
      assert.deepEqual([answer.status, answer.text], [503, '{"message":"Service Unavailable"}']);
  });

  test('one API may stand before another', async () => {
    const inner = await createApi(orrery, http('/inner'), ['$default']);
    const outer = await createApi(orrery, http('', { IntegrationUri: `https://${inner.host}` }), ['$default']);
    assert.equal(JSON.parse((await outer.call('/')).text).url, '/inner');
  });
});
