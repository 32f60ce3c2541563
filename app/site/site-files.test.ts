import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { categories, menu } from '../shared/menu.ts';
import { orderLimits } from '../shared/order-rules.ts';
import { problemTypes } from '../shared/problem.ts';

const folder = import.meta.dirname;
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

test('every dish has its drawing', () => {
  for (const { image } of menu) assert.ok(existsSync(join(folder, image)), image);
});

test('every category has its colour', () => {
  const css = read('app.css') + read('menu.css');
  for (const category of categories) {
    const name = category.toLowerCase().replaceAll(' ', '-');
    assert.ok(css.includes(`--${name}: #`) && css.includes(`.${name} {`), name);
  }
});

test('the checkout form and the basket have the bounds the API has', () => {
  const html = read('index.html');
  for (const name of ['name', 'email', 'phone', 'note'] as const) {
    const [, tag = ''] = new RegExp(`<(?:input|textarea) (id="${name}"[^>]*)>`).exec(html) ?? [];
    assert.match(tag, new RegExp(`maxlength="${orderLimits[name]}"`));
  }
  const { quantity, lines } = orderLimits;
  assert.ok(read('basket.js').includes(`{ quantity: ${quantity}, lines: ${lines} }`));
});

test('every problem type leads to a section that explains it', () => {
  const html = read('problems.html');
  for (const name of Object.keys(problemTypes)) assert.ok(html.includes(`id="${name}"`), name);
});

test('nothing is inline, and nothing is fetched from elsewhere', () => {
  for (const name of globSync('*.html', { cwd: folder })) {
    const html = read(name);
    assert.doesNotMatch(html, /<style|style="|<script(?![^>]*src=)|\son\w+="/, name);
    assert.doesNotMatch(html, /(?:src|srcset|href)="(?:https?:)?\/\//, name);
  }
  for (const name of globSync('*.{css,js}', { cwd: folder })) assert.doesNotMatch(read(name), /https?:\/\//, name);
});
