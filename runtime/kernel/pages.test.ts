import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Asked, pageAfter, pageAt } from './pages.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const asked = (token?: string): Asked => ({ token, size: 2, unknown: (given) => new Error(`unknown ${given}`) });
const itself = (name: string) => name;

function walk(page: (token?: string) => { items: string[]; next: string | undefined }): string[][] {
  const pages: string[][] = [];
  for (let token: string | undefined; pages.length < 9; ) {
    const { items, next } = page(token);
    pages.push(items);
    if (next === undefined) break;
    token = next;
  }
  return pages;
}

test('pages hold every item once, and the last gives out no token', () => {
  const pages = [['a', 'b'], ['c', 'd'], ['e']];
  assert.deepEqual(
    walk((token) => pageAt(names, asked(token))),
    pages,
  );
  assert.deepEqual(
    walk((token) => pageAfter(names, itself, asked(token))),
    pages,
  );
  assert.equal(pageAt(names.slice(0, 2), asked()).next, undefined, 'a page that is just full is the last');
  assert.equal(pageAfter(names.slice(0, 2), itself, asked()).next, undefined);
});

test('a listing by name goes on rightly where what was told last is gone', () => {
  const { next } = pageAfter(names, itself, asked());
  assert.deepEqual(pageAfter(['a', 'bb', 'c', 'd'], itself, asked(next)).items, ['bb', 'c']);
});

test('an empty token asks for the first page, and one that no page gave out is refused', () => {
  assert.deepEqual(pageAt(names, asked('')).items, ['a', 'b']);
  assert.deepEqual(pageAfter(names, itself, asked('')).items, ['a', 'b']);
  const at = pageAt(names, asked()).next ?? '';
  const after = pageAfter(names, itself, asked()).next ?? '';
  const forged = Buffer.from('at:-3').toString('base64url');
  for (const token of ['2', 'nonsense', forged, after]) assert.throws(() => pageAt(names, asked(token)), /unknown/);
  for (const token of ['b', 'nonsense', forged, at])
    assert.throws(() => pageAfter(names, itself, asked(token)), /unknown/);
});
