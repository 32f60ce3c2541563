import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from './filter.ts';

/** Patterns with messages that match and messages that do not; from "Filter pattern syntax", CloudWatch Logs User Guide, where it has examples. */
const cases: [pattern: string, matching: string[], others: string[]][] = [
  ['', ['anything'], []],
  ['ERROR', ['[ERROR 400] BAD REQUEST'], ['error', 'fine']],
  ['ERROR ARGUMENTS', ['[ERROR 419] MISSING ARGUMENTS'], ['[ERROR 400] BAD REQUEST']],
  ['?ERROR ?ARGUMENTS', ['[ERROR 400]', 'INVALID ARGUMENTS'], ['fine']],
  ['?ERROR fine', ['fine'], ['ERROR']],
  ['ERROR -ARGUMENTS', ['[ERROR 400] BAD REQUEST'], ['[ERROR 419] MISSING ARGUMENTS']],
  ['"INTERNAL SERVER ERROR"', ['[ERROR 500] INTERNAL SERVER ERROR'], ['INTERNAL ERROR']],
  ['%4[0-9]{2}%', ['status 404'], ['status 500']],
  [
    '{ $.eventType = "UpdateTrail" }',
    ['{"eventType":"UpdateTrail"}'],
    ['{"eventType":"Other"}', 'UpdateTrail', '{"broken'],
  ],
  [
    '{ $.sourceIPAddress != 123.123.* }',
    ['{"sourceIPAddress":"1.2.3.4"}'],
    ['{"sourceIPAddress":"123.123.1.1"}', '{}'],
  ],
  ['{ $.arrayKey[0] = "value" }', ['{"arrayKey":["value","other"]}'], ['{"arrayKey":["other","value"]}']],
  [
    '{ $.eventType = "Update*" && $.n >= 1.5e1 }',
    ['{"eventType":"UpdateX","n":15}'],
    ['{"eventType":"UpdateX","n":14}'],
  ],
  ['{ ($.a = 1 || $.b = 2) && $.c IS TRUE }', ['{"b":2,"c":true}'], ['{"b":2,"c":"true"}', '{"b":3,"c":true}']],
  ['{ $.user.email IS NULL }', ['{"user":{"email":null}}'], ['{"user":{}}']],
  ['{ $.user.email NOT EXISTS }', ['{"user":{}}', '{}'], ['{"user":{"email":"x"}}']],
  ['{ $.status = %4[0-9]{2}% }', ['{"status":404}'], ['{"status":500}']],
  ["{ $.['cluster.name'] = c* }", ['{"cluster.name":"c1"}'], ['{"cluster":{"name":"c1"}}']],
  ['{ $.list[*].flag = 1 }', ['{"list":[{"flag":0},{"flag":1}]}'], ['{"list":[{"flag":0}]}']],
  [
    '[ip, user, username, timestamp, request, status_code=4*, bytes]',
    ['127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /x HTTP/1.0" 404 1534'],
    ['127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /x HTTP/1.0" 200 1534', 'one two'],
  ],
  ['[..., status_code > 399 && status_code < 500, bytes]', ['a b c 404 1'], ['a b 200 1']],
  ['[w1=ERROR || w1=%^WARN%, w2]', ['ERROR x', 'WARNING x'], ['INFO x', 'ERROR x y']],
];

for (const [pattern, matching, others] of cases) {
  test(`the pattern ${pattern || '(empty)'} finds what it says`, () => {
    const filter = compileFilter(pattern);
    for (const message of matching) assert.ok(filter.matches(message), `should match: ${message}`);
    for (const message of others) assert.ok(!filter.matches(message), `should not match: ${message}`);
  });
}

test('names where a pattern is wrong', () => {
  for (const pattern of [
    '{ $.a = }',
    '{ a = 1 }',
    '[a, b',
    '{ $.a > x }',
    'not-a-word',
    '%(group)%',
    '[a, ..., ...]',
  ]) {
    assert.throws(() => compileFilter(pattern), { name: 'InvalidParameterException' }, pattern);
  }
});

test('gives the values that selectors stand for', () => {
  assert.equal(compileFilter('{ $.latency = * }').fields('{"latency":12.5}')('$.latency'), '12.5');
  assert.equal(compileFilter('[ip, ..., bytes]').fields('1.2.3.4 - x 99')('$bytes'), '99');
});
