import { randomBytes } from 'node:crypto';
import type { Case, Place } from '../case.ts';
import { restCall } from '../wire.ts';

const small = randomBytes(1024);
const large = randomBytes(10 * 1024 * 1024);

export const s3: Case[] = [
  {
    name: 'S3 put 1 KB',
    budget: '≤ 200 µs',
    peer: 'moto',
    also: ['s3rver'],
    async prepare(at) {
      await bucket(at);
      const calls = Array.from({ length: 200 }, (_, number) => put(`put/${number}`, small));
      return (send, turn) => send(calls[turn % calls.length] ?? put('put/0', small));
    },
  },
  {
    name: 'S3 get 1 KB',
    budget: '≤ 200 µs',
    peer: 'moto',
    also: ['s3rver'],
    async prepare(at) {
      await bucket(at);
      await at.driver.send(put('small', small));
      const call = restCall('s3', 'GET', '/bench/small');
      return (send) => send(call);
    },
  },
  {
    name: 'S3 put 10 MB',
    budget: '≤ 50 ms',
    peer: 'moto',
    also: ['s3rver'],
    callers: 4,
    async prepare(at) {
      await bucket(at);
      const calls = Array.from({ length: 4 }, (_, number) => put(`large/${number}`, large));
      return (send, turn) => send(calls[turn % calls.length] ?? put('large/0', large));
    },
  },
  {
    name: 'S3 get 10 MB',
    budget: '≤ 4 ms',
    peer: 'moto',
    also: ['s3rver'],
    callers: 4,
    async prepare(at) {
      await bucket(at);
      await at.driver.send(put('large-read', large));
      const call = restCall('s3', 'GET', '/bench/large-read');
      return (send) => send(call);
    },
  },
  {
    name: 'S3 list 1,000',
    budget: '≤ 5 ms',
    peer: 'moto',
    also: ['s3rver'],
    async prepare(at) {
      await bucket(at);
      const keys = Array.from({ length: 1000 }, (_, number) => `list/${String(number).padStart(4, '0')}`);
      for (let done = 0; done < keys.length; done += 25) {
        await Promise.all(keys.slice(done, done + 25).map((key) => at.driver.send(put(key, 'x'))));
      }
      const call = restCall('s3', 'GET', '/bench?list-type=2&prefix=list%2F');
      return (send) => send(call);
    },
  },
];

const made = new WeakMap<Place, Promise<unknown>>();

/** Once a server: s3rver refuses to make it again. */
async function bucket(at: Place): Promise<void> {
  const making = made.get(at) ?? at.driver.send(restCall('s3', 'PUT', '/bench'));
  made.set(at, making);
  await making;
}

function put(key: string, body: string | Buffer) {
  return restCall('s3', 'PUT', `/bench/${key}`, { body, headers: { 'content-type': 'application/octet-stream' } });
}
