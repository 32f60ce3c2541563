import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvironment } from './environment.ts';

test('reads what is asked for and nothing else', () => {
  assert.deepEqual(readEnvironment(['TABLE_NAME'], { TABLE_NAME: 'orders', HOME: '/' }), { TABLE_NAME: 'orders' });
});

test('names everything that is missing or empty at once', () => {
  assert.throws(() => readEnvironment(['QUEUE_URL', 'TABLE_NAME'], { TABLE_NAME: '' }), /QUEUE_URL, TABLE_NAME/);
});
