import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compileStatement } from './compile-statement.ts';
import { detectSqlInjection } from './detect-sqli.ts';
import { detectXss } from './detect-xss.ts';
import { InspectedRequest } from './inspected-request.ts';
import { managedGroups } from './managed/groups.ts';
import { Rates } from './rates.ts';
import { transformations } from './transformations.ts';

const size = 65_536;
const pieces = [
  'a',
  '<',
  '"',
  "'",
  '/*',
  '\\',
  '%',
  '${',
  '${lower:',
  '<a ',
  '<style=',
  '&#',
  '0x',
  '(',
  '..',
  '../',
  '=',
  '& cat ',
  '"\\"',
  '\\"',
  '-- ',
  ' \t',
  'http://1.',
  'union select ',
  '%a',
  ';drop table ',
  '`',
];

function secondsOf(work: () => void): number {
  const started = process.cpuUsage();
  work();
  return process.cpuUsage(started).user / 1e6;
}

describe('hostile input', () => {
  test('costs detectors and transformations time in proportion to its length', () => {
    const slow: string[] = [];
    for (const piece of pieces) {
      const text = piece.repeat(Math.ceil(size / piece.length));
      for (const [name, run] of [
        ...Object.entries(transformations),
        ['sqli', (value: string) => detectSqlInjection(value, 'HIGH')] as const,
        ['xss', detectXss] as const,
      ]) {
        const seconds = secondsOf(() => run(text));
        if (seconds > 0.4) slow.push(`${name} of ${JSON.stringify(piece)}: ${seconds} s`);
      }
    }
    assert.deepEqual(slow, []);
  });

  test('costs all managed rules together less than a second, whole or as many fields', () => {
    const slow: string[] = [];
    const around = { rates: new Rates({ now: () => 0 } as ConstructorParameters<typeof Rates>[0]) };
    const rules = managedGroups.flatMap(({ rules }) =>
      rules.map(({ name, match }) => ({ name, matches: match && compileStatement(match, around) })),
    );
    for (const piece of [...pieces, 'a&', 'a=b&']) {
      const request = new InspectedRequest({
        method: 'POST',
        url: '/',
        host: 'x',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: undefined,
        client: { ip: '192.0.2.1', port: 1, secure: true, httpVersion: '1.1' },
        signal: new AbortController().signal,
      });
      request.body = piece.repeat(Math.ceil(size / piece.length));
      const seconds = secondsOf(() => {
        for (const { matches } of rules) matches?.(request);
      });
      if (seconds > 1) slow.push(`${JSON.stringify(piece)}: ${seconds} s`);
    }
    assert.deepEqual(slow, []);
  });

  test('of any kind is taken by every transformation and detector', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const binary = Buffer.from(text).toString('latin1');
        for (const change of Object.values(transformations)) assert.equal(typeof change(binary), 'string');
        detectSqlInjection(binary, 'HIGH');
        detectXss(binary);
      }),
      { numRuns: 300 },
    );
  });

  test('is decoded as the Developer Guide says', () => {
    const cases: [string, string, string][] = [
      ['URL_DECODE', 'a%20b+c%zz', 'a b c%zz'],
      ['URL_DECODE_UNI', '%u0041%uff1c', 'A<'],
      ['HTML_ENTITY_DECODE', '&lt;&#65;&#x42;&quot;', '<AB"'],
      ['JS_DECODE', '\\x41\\u0042\\n', 'AB\n'],
      ['CSS_DECODE', 'ja\\000076ascript', 'javascript'],
      ['CMD_LINE', 'C^aT  "/etc",x', 'cat/etc x'],
      ['NORMALIZE_PATH', '/a//b/../c/./d', '/a/c/d'],
      ['NORMALIZE_PATH_WIN', '\\a\\b\\..\\c', '/a/c'],
      ['REPLACE_COMMENTS', 'a/*x*/b/*y', 'a b '],
      ['SQL_HEX_DECODE', 'x=0x414243', 'x=ABC'],
      ['HEX_DECODE', '414243', 'ABC'],
      ['BASE64_DECODE', 'QUJD', 'ABC'],
      ['BASE64_DECODE_EXT', 'QU-JD', 'ABC'],
      ['COMPRESS_WHITE_SPACE', 'a \t\n b', 'a b'],
      ['ESCAPE_SEQ_DECODE', '\\x41\\102', 'AB'],
      ['UTF8_TO_UNICODE', 'Ã©', '%u00e9'],
      ['REMOVE_NULLS', 'a\0b', 'ab'],
      ['TRIM', '  a ', 'a'],
      ['UPPERCASE', 'aé', 'Aé'],
    ];
    assert.deepEqual(
      cases.map(([name, text]) => [name, transformations[name]?.(text)]),
      cases.map(([name, , expected]) => [name, expected]),
    );
  });
});
