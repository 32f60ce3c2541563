import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hiddenInUrl, shownHeaders, withoutSecrets } from './shown-headers.ts';

test('headers that let somebody act for another are named and not shown', () => {
  const shown = shownHeaders({
    authorization: 'Bearer one',
    cookie: 'session=two',
    'set-cookie': ['a=three', 'b=four'],
    'x-amz-security-token': 'five',
    'x-origin-verify': 'six',
    'x-api-key': 'seven',
    'content-type': 'text/html',
    vary: ['accept', 'origin'],
  });
  assert.doesNotMatch(JSON.stringify(shown), /one|two|three|four|five|six|seven/);
  assert.equal(shown['content-type'], 'text/html');
  assert.equal(shown.vary, 'accept\norigin');
  assert.equal(shown.cookie, '(hidden)');
});

test('neither signatures in addresses nor secret headers in a cache key are shown', () => {
  const url = '/a.html?page=2&X-Amz-Signature=abc&X-Amz-Credential=def&token=ghi&x=1';
  assert.equal(
    hiddenInUrl(`GET ${url}`),
    'GET /a.html?page=2&X-Amz-Signature=(hidden)&X-Amz-Credential=(hidden)&token=(hidden)&x=1',
  );
  const { notes } = withoutSecrets({
    traceId: '1',
    id: '2',
    parentId: undefined,
    service: 'cloudfront',
    name: 'GET /',
    resource: undefined,
    startMs: 0,
    durationMs: 0,
    status: 200,
    error: undefined,
    notes: { cacheKey: 'E1/\ngzip\nauthorization:Bearer one\nhost:shop', target: 'i-1:80', listener: 443 },
  });
  assert.equal(notes.cacheKey, 'E1/\ngzip\nauthorization:(hidden)\nhost:shop');
  assert.deepEqual([notes.target, notes.listener], ['i-1:80', 443]);
});

test('what is kept of a hop is bounded', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`x-${at}`, 'v'.repeat(5000)]));
  const shown = shownHeaders(many);
  assert.equal(Object.keys(shown).length, 61);
  assert.equal(shown['…'], '40 more');
  assert.ok((shown['x-0']?.length ?? 0) < 700);
});
