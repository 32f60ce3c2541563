import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTemplate } from '../template/parse-template.ts';
import { evaluate } from './evaluate.ts';
import { type Scope, unknownValue } from './scope.ts';

const scope = (document: Record<string, unknown> = {}, values: Record<string, unknown> = {}): Scope => ({
  document,
  values: { 'AWS::Region': 'eu-west-1', 'AWS::StackName': 'app', Env: 'prod', List: ['a', 'b', 'c'], ...values },
  resource: (logicalId) =>
    logicalId === 'Queue'
      ? { ref: 'https://queue', attribute: (name) => `${name} of queue` }
      : logicalId === 'Later'
        ? { ref: unknownValue, attribute: () => unknownValue }
        : undefined,
  exported: (name) => (name === 'shared' ? 'exported value' : undefined),
  zones: (region) => [`${region}a`, `${region}b`],
  conditions: new Map(),
});
const worth = (yaml: string, document: Record<string, unknown> = {}): unknown =>
  evaluate(parseTemplate(`v: ${yaml}`).document.v, scope(document), ['Resources']);
const failure = (yaml: string, document: Record<string, unknown> = {}): string => {
  try {
    return `worth ${String(worth(yaml, document))}`;
  } catch (error) {
    return (error as Error).message;
  }
};

test('references give physical ids, attributes, parameters and pseudo parameters', () => {
  assert.equal(worth('!Ref Queue'), 'https://queue');
  assert.equal(worth('!GetAtt Queue.Arn'), 'Arn of queue');
  assert.deepEqual(worth('!Ref List'), ['a', 'b', 'c']);
  assert.equal(
    worth('!Sub "${Env}-${Queue.Arn}-${AWS::Region}-${!Literal}-${ Env }"'),
    'prod-Arn of queue-eu-west-1-${Literal}-prod',
  );
  assert.equal(worth('!Sub ["${a}-${Env}", {a: !Ref Queue}]'), 'https://queue-prod');
  assert.deepEqual(worth('{a: !Ref "AWS::NoValue", b: [1, !Ref "AWS::NoValue", 2]}'), { b: [1, 2] });
});

test('every other function as its page says', () => {
  assert.equal(worth('!Join ["-", [a, 1, true]]'), 'a-1-true');
  assert.deepEqual(worth('!Split ["|", "a||b"]'), ['a', '', 'b']);
  assert.equal(worth('!Select ["1", !Ref List]'), 'b');
  assert.equal(worth('!Base64 héllo'), Buffer.from('héllo').toString('base64'));
  assert.deepEqual(worth('!GetAZs ""'), ['eu-west-1a', 'eu-west-1b']);
  assert.equal(worth('!ImportValue shared'), 'exported value');
  assert.equal(worth('{"Fn::Length": !Ref List}'), 3);
  assert.equal(worth('{"Fn::ToJsonString": {a: [1, !Ref Env]}}'), '{"a":[1,"prod"]}');
  assert.deepEqual(worth('!Cidr ["10.0.0.0/16", 3, 8]'), ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24']);
  assert.deepEqual(worth('!Cidr ["2001:db8::/56", 2, 64]'), ['2001:db8::/64', '2001:db8:0:1::/64']);
  const document = {
    Mappings: { M: { prod: { size: 'big', zones: ['x'] } } },
    Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Env' }, 'prod'] } },
  };
  assert.equal(worth('!FindInMap [M, !Ref Env, size]', document), 'big');
  assert.equal(worth('!FindInMap [M, test, size, {DefaultValue: small}]', document), 'small');
  assert.equal(worth('!If [IsProd, 1, !Ref Nope]', document), 1);
});

test('conditions combine, and refer to one another', () => {
  const conditions = (text: string) => parseTemplate(`Conditions:\n${text.replace(/^/gm, '  ')}`).document;
  const document = conditions(
    'P: !Equals [!Ref Env, prod]\nQ: !Not [!Condition P]\nR: !And [!Condition P, !Or [!Condition Q, !Equals [1, "1"]]]',
  );
  assert.equal(worth('!If [R, yes, no]', document), true);
  assert.equal(worth('!If [Q, yes, no]', document), false);
  assert.match(
    failure('!If [A, 1, 2]', conditions('A: !Not [!Condition B]\nB: !Not [!Condition A]')),
    /circular dependency between conditions/,
  );
});

test('wrong calls are refused in AWS sentences', () => {
  assert.equal(
    failure('!Select [3, !Ref List]'),
    'Template error: Fn::Select  cannot select nonexistent value at index 3',
  );
  assert.equal(
    failure('!FindInMap [M, a, b]', { Mappings: { M: {} } }),
    'Template error: Unable to get mapping for M::a::b',
  );
  assert.equal(failure('!ImportValue none'), 'No export named none found');
  assert.equal(
    failure('!Ref Nope'),
    'Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template',
  );
  assert.match(failure('!Join [a]'), /^Template error: every Fn::Join object requires two parameters/);
  assert.match(failure('{"Fn::Nope": 1}'), /Fn::Nope is not a valid intrinsic function/);
});

test('what is known only after the deployment stays unknown through functions', () => {
  assert.equal(worth('!Sub "a-${Later}"'), unknownValue);
  assert.equal(worth('!Join ["", [!GetAtt Later.Arn, x]]'), unknownValue);
  assert.deepEqual(worth('{a: !Ref Later, b: 1}'), { a: unknownValue, b: 1 });
});

const part = fc.string().filter((text) => !text.includes('|'));

test('Split undoes Join', () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), (parts) => {
      const joined = { 'Fn::Join': ['|', parts] };
      assert.deepEqual(evaluate({ 'Fn::Split': ['|', joined] }, scope(), []), parts);
    }),
  );
});

test('Sub with a map says what Join of the same parts says', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), (parts) => {
      const text = parts.map((_, index) => `\${p${index}}`).join('');
      const map = Object.fromEntries(parts.map((value, index) => [`p${index}`, value]));
      assert.equal(
        evaluate({ 'Fn::Sub': [text, map] }, scope(), []),
        evaluate({ 'Fn::Join': ['', parts] }, scope(), []),
      );
    }),
  );
});

test('values without functions stay as they are', () => {
  const mean = JSON.parse('{"__proto__":{"a":1},"constructor":2}') as unknown;
  assert.deepEqual(evaluate({ wrapped: mean }, scope(), []), { wrapped: mean });
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value).replaceAll('Fn::', '').replaceAll('"Ref"', '"ref"')) as unknown;
      assert.deepEqual(evaluate({ wrapped: plain, also: 1 }, scope(), []), { wrapped: plain, also: 1 });
    }),
  );
});
