import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CachedObject, ObjectCache } from './object-cache.ts';

const object = (uri: string, bytes: number): CachedObject => ({
  distributionId: 'E1',
  uri,
  status: 200,
  headers: {},
  body: Buffer.alloc(bytes),
  etag: undefined,
  lastModified: undefined,
  bornMs: 0,
  expiresMs: 0,
  staleWhileRevalidateMs: 0,
  staleIfErrorUntilMs: 0,
  error: false,
});

describe('the object cache', () => {
  it('never holds more than its limit, and spares what was asked for', () => {
    const cache = new ObjectCache({ maxBytes: 100_000, maxObjectBytes: 50_000 });
    cache.put('hot', object('/hot', 9_000), 0);
    for (let index = 0; index < 1000; index += 1) {
      cache.put(`cold ${index}`, object(`/${index}`, 9_000), 0);
      assert.ok(cache.bytes <= 100_000);
      assert.ok(cache.get('hot'), `after ${index} others`);
    }
    assert.equal(cache.size, 9);
    assert.equal(cache.get('cold 0'), undefined);
  });

  it('comes to an end when everything was asked for', () => {
    const cache = new ObjectCache({ maxBytes: 50_000, maxObjectBytes: 50_000 });
    for (let index = 0; index < 20; index += 1) {
      cache.put(`${index}`, object(`/${index}`, 9_000), 0);
      for (let other = 0; other <= index; other += 1) cache.get(`${other}`);
    }
    assert.ok(cache.bytes <= 50_000);
  });

  it('counts to nothing when all is removed', () => {
    const cache = new ObjectCache({ maxBytes: 50_000, maxObjectBytes: 50_000 });
    cache.put('a', object('/a', 10), 0);
    cache.put('a', object('/a', 20), 0);
    assert.equal(
      cache.remove('E1', () => true),
      1,
    );
    assert.equal(cache.bytes, 0);
  });
});
