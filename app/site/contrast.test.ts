import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const css = readFileSync(join(import.meta.dirname, 'app.css'), 'utf8');
const [day = '', night = ''] = css.split('@media (prefers-color-scheme: dark)').map((part) => part.split('}')[0]);

/** Text colour on ground colour, by the names of the tokens. WCAG 2.2, 1.4.3 (AA): 4.5 to 1 for text of any size. */
const pairs = [
  ['ink', 'page'],
  ['ink', 'paper'],
  ['ink', 'sky'],
  ['ink', 'low-tide'],
  ['ink', 'high-tide'],
  ['ink', 'alongside'],
  ['ink', 'slack-water'],
  ['ink', 'in-the-glass'],
  ['ink', 'wrong-ground'],
  ['soft', 'page'],
  ['soft', 'paper'],
  ['link', 'page'],
  ['link', 'paper'],
  ['wrong', 'page'],
  ['on-action', 'action'],
  ['on-action', 'action-over'],
] as const;

for (const [when, tokens] of [
  ['by day', readTokens(day)],
  ['by night', new Map([...readTokens(day), ...readTokens(night)])],
] as const) {
  test(`text can be read ${when}`, () => {
    for (const [text, ground] of pairs) {
      const ratio = contrast(tokens.get(text), tokens.get(ground));
      assert.ok(ratio >= 4.5, `${text} on ${ground} is ${ratio.toFixed(2)} to 1`);
    }
  });
}

function readTokens(block: string): Map<string, string> {
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', colour = '']) => [name, colour]),
  );
}

function contrast(one = '', other = ''): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG's relative luminance of #rrggbb. */
function luminance(colour: string): number {
  assert.match(colour, /^#[0-9a-f]{6}$/);
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
