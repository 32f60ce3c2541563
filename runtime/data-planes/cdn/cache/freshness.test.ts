import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorTtlSeconds, freshnessOf } from './freshness.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const in30 = new Date(nowMs + 30_000).toUTCString();

/** The two tables of "Manage how long content stays in the cache (expiration)": minimum TTL 0, and above 0. */
const cases: [name: string, headers: Record<string, string>, min: number, max: number, stored: boolean, ttl: number][] =
  [
    ['max-age', { 'cache-control': 'max-age=30' }, 0, 3600, true, 30],
    ['max-age over the maximum', { 'cache-control': 'max-age=7200' }, 0, 3600, true, 3600],
    ['nothing: the default TTL', {}, 0, 3600, true, 600],
    ['s-maxage before max-age', { 'cache-control': 'max-age=10, s-maxage=40' }, 0, 3600, true, 40],
    ['Expires', { expires: in30 }, 0, 3600, true, 30],
    ['max-age before Expires', { 'cache-control': 'max-age=90', expires: in30 }, 0, 3600, true, 90],
    ['Expires that is no date', { expires: '0' }, 0, 3600, true, 0],
    ['no-store', { 'cache-control': 'no-store' }, 0, 3600, false, 0],
    ['private', { 'cache-control': 'private, max-age=60' }, 0, 3600, false, 0],
    ['no-cache: kept to be asked about', { 'cache-control': 'no-cache' }, 0, 3600, true, 0],
    ['max-age under the minimum', { 'cache-control': 'max-age=10' }, 60, 3600, true, 60],
    ['nothing, a minimum over the default', {}, 900, 3600, true, 900],
    ['Expires under the minimum', { expires: in30 }, 60, 3600, true, 60],
    ['no-store with a minimum', { 'cache-control': 'no-store' }, 60, 3600, true, 60],
    ['private with a minimum', { 'cache-control': 'private' }, 60, 3600, true, 60],
    ['caching disabled', { 'cache-control': 'max-age=60' }, 0, 0, false, 0],
  ];

describe('how long an answer is kept', () => {
  for (const [name, headers, minTtlSeconds, maxTtlSeconds, stored, ttl] of cases) {
    it(name, () => {
      const found = freshnessOf(
        headers,
        { minTtlSeconds, defaultTtlSeconds: Math.min(600, maxTtlSeconds), maxTtlSeconds },
        nowMs,
      );
      assert.deepEqual({ stored: found.stored, ttl: found.ttlSeconds }, { stored, ttl });
    });
  }

  it('stale answers stand in for errors unless the origin forbids it', () => {
    const limits = { minTtlSeconds: 0, defaultTtlSeconds: 600, maxTtlSeconds: 3600 };
    assert.equal(freshnessOf({}, limits, nowMs).staleIfErrorSeconds, Infinity);
    assert.equal(freshnessOf({ 'cache-control': 'stale-if-error=30' }, limits, nowMs).staleIfErrorSeconds, 30);
    assert.equal(freshnessOf({ 'cache-control': 'max-age=1, must-revalidate' }, limits, nowMs).staleIfErrorSeconds, 0);
  });
});

/** "Control how long CloudFront caches errors". */
describe('how long an error is kept', () => {
  const ttl = (status: number, headers: Record<string, string> = {}, configured = false) =>
    errorTtlSeconds(headers, { status, configured, minTtlSeconds: 10, maxTtlSeconds: 3600 }, nowMs);

  it('ten seconds at least, longer when the origin says so', () => {
    assert.equal(ttl(404), 10);
    assert.equal(ttl(503, { 'cache-control': 'max-age=60' }), 60);
    assert.equal(ttl(503, { 'cache-control': 'max-age=5' }), 10);
  });

  it('not when a 404 forbids it, but when a 500 does', () => {
    assert.equal(ttl(404, { 'cache-control': 'no-store' }), undefined);
    assert.equal(ttl(500, { 'cache-control': 'no-store' }), 10);
  });

  it('a 403 only with a lifetime or a custom error response, a 416 never', () => {
    assert.equal(ttl(403), undefined);
    assert.equal(ttl(403, { 'cache-control': 'max-age=60' }), 60);
    assert.equal(ttl(403, {}, true), 10);
    assert.equal(ttl(416, { 'cache-control': 'max-age=60' }, true), undefined);
  });
});
