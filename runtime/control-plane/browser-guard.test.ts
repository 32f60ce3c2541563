import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpRequest } from '../data-planes/http/exchange.ts';
import { refuseBrowser } from './browser-guard.ts';

const asked = (host: string, headers: Record<string, string> = {}): HttpRequest => ({
  method: 'POST',
  url: '/',
  host,
  headers,
  body: undefined,
  client: { ip: '127.0.0.1', port: 0, secure: false, httpVersion: '1.1' },
  signal: new AbortController().signal,
});

test('pages of this machine may ask, and those of names that only look like it may not', () => {
  const status = (origin: string) => refuseBrowser(asked('127.0.0.1', { origin }))?.status;
  for (const origin of ['http://127.0.0.1:3000', 'http://127.9.9.9', 'http://localhost', 'https://site.localhost:8443'])
    assert.equal(status(origin), undefined, origin);
  for (const origin of [
    'http://127.0.0.1.evil.example',
    'http://127.evil.example',
    'http://localhost.evil.example',
    'http://evil-localhost',
    'http://evil.example',
    'null',
    'not an origin',
  ])
    assert.equal(status(origin), 403, origin);
});

test('a name that an attacker leads to this machine is refused by its Host', () => {
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', '169.254.169.254'])
    assert.equal(refuseBrowser(asked(host))?.status, 403, host);
  for (const host of ['', 'localhost', '127.0.0.1', '[::1]', 'bucket.localhost', 'sqs.us-east-1.amazonaws.com'])
    assert.equal(refuseBrowser(asked(host)), undefined, host);
});
