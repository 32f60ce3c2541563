import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { prepare } from '../bin/setup.js';

let root: string;
const path = process.env.PATH;

/** An npm that only leaves a mark where it was run. */
before(() => {
  root = mkdtempSync(join(tmpdir(), 'orrery-setup-'));
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin', 'npm'), '#!/bin/sh\ntouch npm-was-here\nmkdir -p node_modules\n');
  chmodSync(join(root, 'bin', 'npm'), 0o755);
  process.env.PATH = `${join(root, 'bin')}:${path}`;
});
after(() => {
  process.env.PATH = path;
  rmSync(root, { recursive: true, force: true });
});

function checkout(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  return folder;
}

test('a fresh checkout gets its dependencies once', async () => {
  const folder = checkout('fresh');
  await prepare(folder);
  assert.ok(existsSync(join(folder, 'npm-was-here')));
  rmSync(join(folder, 'npm-was-here'));
  await prepare(folder);
  assert.equal(existsSync(join(folder, 'npm-was-here')), false);
});

test('nothing is installed through a linked node_modules, which npm ci would empty for its owner', async () => {
  const folder = checkout('linked');
  symlinkSync(join(root, 'fresh', 'node_modules'), join(folder, 'node_modules'));
  await prepare(folder);
  assert.equal(existsSync(join(folder, 'npm-was-here')), false);
});
