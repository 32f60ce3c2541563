import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { answering, originDefaults, startEdge, type TestEdge } from '../edge-for-tests.ts';

let edge: TestEdge;
beforeEach(() => {
  edge = startEdge();
});
afterEach(() => edge.stop());

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:edge:1';

interface Cf {
  config: { eventType: string; distributionId: string };
  request: {
    uri: string;
    querystring: string;
    headers: Record<string, { key: string; value: string }[]>;
    origin?: Record<string, object>;
  };
  response?: { status: string; headers: Record<string, { key: string; value: string }[]> };
}

/** A Lambda function made of a function over the event's `cf`. */
function lambda(handler: (cf: Cf) => unknown): void {
  edge.answers.Invoke = (input) => {
    const { Records } = JSON.parse(String(input.Payload)) as { Records: [{ cf: Cf }] };
    return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(handler(Records[0].cf))) };
  };
}

describe('Lambda@Edge', () => {
  it('answers a viewer in the place of cache and origin', async () => {
    const asked = edge.origin(answering('x'));
    edge.deploy({}, { lambda: { 'viewer-request': arn } });
    lambda(() => ({
      status: '302',
      statusDescription: 'Found',
      headers: { location: [{ key: 'Location', value: '/login' }] },
    }));
    const answer = await edge.get('/a');
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.location, '/login');
    assert.equal(answer.headers['x-cache'], 'LambdaGeneratedResponse from cloudfront');
    assert.equal(asked.length, 0);
    assert.equal(edge.calls[0]?.input.FunctionName, arn);
  });

  it('changes what the origin is asked, and which origin, only on a miss', async () => {
    edge.origin(answering('first'));
    const asked = edge.origin(answering('second'), 'second.test');
    edge.deploy({ origins: { main: { ...originDefaults, path: '/v1' } } }, { lambda: { 'origin-request': arn } });
    lambda(({ request }) => {
      const custom = { ...request.origin?.custom, domainName: 'second.test', path: '/v2' };
      return { ...request, uri: `${request.uri}.html`, querystring: 'by=edge', origin: { custom } };
    });
    assert.equal((await edge.get('/a')).body, 'second');
    assert.equal((await edge.get('/a')).headers['x-cache'], 'Hit from cloudfront');
    assert.equal(asked.length, 1);
    assert.equal(asked[0]?.url, '/v2/a.html?by=edge');
    assert.equal(asked[0]?.host, 'second.test');
    assert.equal(edge.calls.length, 1);
  });

  it('changes the answer before it is kept, and again for each viewer', async () => {
    edge.origin(answering('hello'));
    edge.deploy({}, { lambda: { 'origin-response': arn, 'viewer-response': arn } });
    let runs = 0;
    lambda(({ config, response }) => {
      runs += 1;
      const headers = { ...response?.headers, [`x-${config.eventType}`]: [{ key: 'X', value: String(runs) }] };
      return { ...response, headers };
    });
    const first = await edge.get('/a');
    assert.equal(first.body, 'hello');
    assert.equal(first.headers['x-origin-response'], '1');
    assert.equal(first.headers['x-viewer-response'], '2');
    const second = await edge.get('/a');
    assert.equal(second.headers['x-origin-response'], '1');
    assert.equal(second.headers['x-viewer-response'], '3');
  });

  it('that fails or answers nonsense gives 502', async () => {
    edge.origin(answering('x'));
    edge.deploy({}, { lambda: { 'viewer-request': arn } });
    lambda(() => 'nonsense');
    const nonsense = await edge.get('/a');
    assert.equal(nonsense.status, 502);
    assert.equal(nonsense.headers['x-cache'], 'LambdaValidationError from cloudfront');
    edge.answers.Invoke = () => ({ StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from('{}') });
    assert.equal((await edge.get('/a')).headers['x-cache'], 'LambdaExecutionError from cloudfront');
  });
});
