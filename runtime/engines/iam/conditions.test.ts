import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conditionKeysOf } from './condition-keys.ts';
import { compileConditions } from './conditions.ts';
import { MalformedPolicy } from './malformed-policy.ts';

function holds(block: object, keys: Record<string, string | string[]>): boolean {
  const given = conditionKeysOf(keys);
  return compileConditions(block, true).every((condition) => condition(given));
}

type Row = [what: string, block: object, keys: Record<string, string | string[]>, expected: boolean];

function table(rows: Row[]): void {
  for (const [what, block, keys, expected] of rows) {
    it(what, () => assert.equal(holds(block, keys), expected));
  }
}

describe('string operators', () => {
  table([
    ['StringEquals minds case', { StringEquals: { 'aws:username': 'johndoe' } }, { 'aws:username': 'JohnDoe' }, false],
    [
      'key names do not mind case',
      { StringEquals: { 'AWS:UserName': 'johndoe' } },
      { 'aws:username': 'johndoe' },
      true,
    ],
    [
      'StringEqualsIgnoreCase does not',
      { StringEqualsIgnoreCase: { 'aws:username': 'johndoe' } },
      { 'aws:username': 'JohnDoe' },
      true,
    ],
    ['StringEquals takes * as itself', { StringEquals: { 'aws:username': 'j*' } }, { 'aws:username': 'john' }, false],
    [
      'StringLike takes * and ?',
      { StringLike: { 's3:prefix': ['', 'home/?/*'] } },
      { 's3:prefix': 'home/a/b/c' },
      true,
    ],
    [
      'any of several values will do',
      { StringEquals: { 'aws:PrincipalTag/job': ['a', 'b'] } },
      { 'aws:PrincipalTag/job': 'b' },
      true,
    ],
    [
      'none of several values may match when negated',
      { StringNotEquals: { 'aws:PrincipalTag/job': ['a', 'b'] } },
      { 'aws:PrincipalTag/job': 'b' },
      false,
    ],
    ['an absent key does not match', { StringEquals: { 'aws:username': 'x' } }, {}, false],
    ['an absent key satisfies a negated operator', { StringNotLike: { 'aws:username': 'x*' } }, {}, true],
    ['IfExists holds for an absent key', { StringEqualsIfExists: { 'aws:username': 'x' } }, {}, true],
    [
      'IfExists compares a present key',
      { StringEqualsIfExists: { 'aws:username': 'x' } },
      { 'aws:username': 'y' },
      false,
    ],
    [
      'all operators and keys must hold',
      { StringEquals: { 'a:b': '1', 'a:c': '2' } },
      { 'a:b': '1', 'a:c': '3' },
      false,
    ],
  ]);
});

it('knows keys of identity providers', () => {
  const key = 'token.actions.githubusercontent.com:sub';
  assert.equal(holds({ StringLike: { [key]: 'repo:a/*' } }, { [key]: 'repo:a/b' }), true);
});

describe('policy variables', () => {
  table([
    [
      'are replaced by the key',
      { StringLike: { 's3:prefix': `home/\${aws:username}/*` } },
      { 's3:prefix': 'home/ann/x', 'aws:username': 'ann' },
      true,
    ],
    [
      'bring no wildcards in',
      { StringLike: { 's3:prefix': `home/\${aws:username}/*` } },
      { 's3:prefix': 'home/bob/x', 'aws:username': '*' },
      false,
    ],
    [
      'without a key match nothing',
      { StringLike: { 's3:prefix': `home/\${aws:username}/*` } },
      { 's3:prefix': 'home//x' },
      false,
    ],
    [
      'take their default',
      { StringEquals: { 'a:b': `\${aws:PrincipalTag/team, 'company-wide'}` } },
      { 'a:b': 'company-wide' },
      true,
    ],
    ['write special characters', { StringLike: { 'a:b': `\${*}?` } }, { 'a:b': '*x' }, true],
    ['write special characters, and nothing else', { StringLike: { 'a:b': `\${*}?` } }, { 'a:b': 'yx' }, false],
  ]);
});

describe('numbers, dates and booleans', () => {
  table([
    ['NumericLessThanEquals', { NumericLessThanEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': '9' }, true],
    ['numbers are not compared as text', { NumericLessThan: { 's3:max-keys': 10 } }, { 's3:max-keys': '9' }, true],
    ['NumericNotEquals', { NumericNotEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': '10.0' }, false],
    [
      'DateGreaterThan in ISO 8601',
      { DateGreaterThan: { 'aws:CurrentTime': '2020-04-01T00:00:00Z' } },
      { 'aws:CurrentTime': '2020-06-01T00:00:00Z' },
      true,
    ],
    [
      'DateLessThan in epoch seconds',
      { DateLessThan: { 'aws:EpochTime': '1600000000' } },
      { 'aws:EpochTime': '1700000000' },
      false,
    ],
    ['Bool', { Bool: { 'aws:SecureTransport': 'false' } }, { 'aws:SecureTransport': 'true' }, false],
    ['Bool takes JSON booleans', { Bool: { 'aws:SecureTransport': true } }, { 'aws:SecureTransport': 'true' }, true],
    ['BoolIfExists', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }, {}, true],
    [
      'BinaryEquals',
      { BinaryEquals: { 'a:key': 'QmluYXJ5VmFsdWVJbkJhc2U2NA==' } },
      { 'a:key': 'QmluYXJ5VmFsdWVJbkJhc2U2NA==' },
      true,
    ],
  ]);
});

describe('addresses, ARNs and Null', () => {
  const topics = 'arn:aws:sns:*:123456789012:*';
  table([
    [
      'IpAddress within a range',
      { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
      { 'aws:SourceIp': '203.0.113.77' },
      true,
    ],
    [
      'NotIpAddress outside of all ranges',
      { NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '203.0.113.0/24'] } },
      { 'aws:SourceIp': '198.51.100.1' },
      true,
    ],
    [
      'IpAddress of version 6',
      { IpAddress: { 'aws:SourceIp': '2001:DB8:1234:5678::/64' } },
      { 'aws:SourceIp': '2001:db8:1234:5678::1' },
      true,
    ],
    [
      'an IPv4-mapped address',
      { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
      { 'aws:SourceIp': '::ffff:127.0.0.1' },
      true,
    ],
    [
      'ArnLike part by part',
      { ArnLike: { 'aws:SourceArn': topics } },
      { 'aws:SourceArn': 'arn:aws:sns:us-east-1:123456789012:t:x' },
      true,
    ],
    [
      'ArnEquals takes wildcards too',
      { ArnEquals: { 'aws:SourceArn': topics } },
      { 'aws:SourceArn': 'arn:aws:sns:us-east-1:123456789012:t' },
      true,
    ],
    [
      'a wildcard does not span parts',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:t' } },
      { 'aws:SourceArn': 'arn:aws:sns:us-east-1:123456789012:t' },
      false,
    ],
    ['Null true asks for absence', { Null: { 'aws:TokenIssueTime': 'true' } }, {}, true],
    ['Null false asks for presence', { Null: { 'aws:TokenIssueTime': 'false' } }, {}, false],
  ]);
});

describe('set operators', () => {
  const forbidden = { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['environment', 'webserver'] } };
  const one = { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['environment', 'webserver'] } };
  table([
    ['ForAllValues: every value is listed', forbidden, { 'aws:TagKeys': ['environment', 'webserver'] }, true],
    ['ForAllValues: one is not', forbidden, { 'aws:TagKeys': ['environment', 'cost'] }, false],
    ['ForAllValues holds without the key', forbidden, {}, true],
    ['ForAnyValue: one is listed', one, { 'aws:TagKeys': ['environment', 'cost'] }, true],
    ['ForAnyValue does not hold without the key', one, {}, false],
    [
      'ForAnyValue negated: one is not listed',
      { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['a'] } },
      { 'aws:TagKeys': ['a', 'b'] },
      true,
    ],
    [
      'ForAllValues negated: none is listed',
      { 'ForAllValues:StringNotLike': { 'aws:TagKeys': ['a*'] } },
      { 'aws:TagKeys': ['ab', 'b'] },
      false,
    ],
  ]);
});

it('refuses an operator that does not exist', () => {
  assert.throws(
    () => compileConditions({ StringEqual: { 'a:b': 'c' } }, true),
    new MalformedPolicy('Invalid Condition type : StringEqual'),
  );
});
