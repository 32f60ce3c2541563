import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileEventPattern } from './event-pattern.ts';

const matches = (pattern: object, event: object): boolean =>
  compileEventPattern(JSON.stringify(pattern)).matches(event);

describe('an event pattern', () => {
  /** One rule on `x`: values it takes, and values it does not. */
  const cases: [name: string, rule: unknown, yes: unknown[], no: unknown[]][] = [
    ['a text', 'a', ['a', ['b', 'a']], ['A', ['b'], 1, null, undefined, { a: 'a' }]],
    ['a number', 100, [100, [1, 100]], ['100', 101]],
    ['null', null, [null], ['', 0, undefined]],
    ['true', true, [true], ['true', 1]],
    ['the empty text', '', [''], [null, undefined, ' ']],
    ['prefix', { prefix: 'eu-' }, ['eu-west-1', ['a', 'eu-']], ['us-eu-', 'EU-west-1', 1]],
    ['prefix in any case', { prefix: { 'equals-ignore-case': 'EventB' } }, ['EVENTbridge'], ['bevent']],
    ['suffix', { suffix: '.png' }, ['a.png'], ['a.PNG', 'png.']],
    ['suffix in any case', { suffix: { 'equals-ignore-case': '.Png' } }, ['a.PNG'], ['a.png1']],
    ['equals-ignore-case', { 'equals-ignore-case': 'Alice' }, ['aLiCe'], ['alicea', 'alic']],
    ['wildcard', { wildcard: 'dir/*.jpg' }, ['dir/a/b.jpg', 'dir/.jpg'], ['dir/a.jpeg', 'adir/a.jpg']],
    ['wildcard that must not overlap', { wildcard: 'ab*ba' }, ['abba', 'ab-ba'], ['aba']],
    ['wildcard with several stars', { wildcard: '*a*b*' }, ['ab', 'xaxbx'], ['ba']],
    ['an escaped asterisk', { wildcard: 'a\\*b' }, ['a*b'], ['axb']],
    ['cidr', { cidr: '10.0.0.0/24' }, ['10.0.0.255'], ['10.0.1.0', 'ten']],
    ['cidr of IPv6', { cidr: '2001:db8::/32' }, ['2001:db8:1::1'], ['2001:db9::1', '10.0.0.1']],
    ['numeric =', { numeric: ['=', 300] }, [300, 3.0e2], [301, '300']],
    ['numeric range', { numeric: ['>', 0, '<=', 5] }, [0.5, 5], [0, 5.1, -1]],
    ['exists', { exists: true }, ['', null, 0, [1]], [undefined, {}, []]],
    ['not exists', { exists: false }, [undefined, {}, []], ['', null, 0]],
    ['anything-but a text', { 'anything-but': 'a' }, ['b', 1, ['a', 'b']], ['a', ['a'], undefined]],
    ['anything-but of a list', { 'anything-but': ['a', 'b'] }, ['c'], ['a', 'b', undefined]],
    ['anything-but of numbers', { 'anything-but': [100, 200] }, [300, '100'], [100, 200]],
    ['anything-but prefix', { 'anything-but': { prefix: 'init' } }, ['ready'], ['initial']],
    ['anything-but prefixes', { 'anything-but': { prefix: ['a', 'b'] } }, ['c'], ['ax', 'bx']],
    ['anything-but suffix', { 'anything-but': { suffix: '.txt' } }, ['a.png'], ['a.txt']],
    ['anything-but in any case', { 'anything-but': { 'equals-ignore-case': ['A', 'b'] } }, ['c'], ['a', 'B']],
    ['anything-but wildcard', { 'anything-but': { wildcard: '*/bin/*.jar' } }, ['a/lib/b.jar'], ['a/bin/b.jar']],
  ];
  for (const [name, rule, yes, no] of cases) {
    test(`by ${name}`, () => {
      for (const x of yes)
        assert.ok(matches({ x: [rule] }, x === undefined ? {} : { x }), `takes ${JSON.stringify(x)}`);
      for (const x of no) assert.ok(!matches({ x: [rule] }, x === undefined ? {} : { x }), `not ${JSON.stringify(x)}`);
    });
  }

  test('asks all fields, any of a field’s rules, and fields below fields', () => {
    const pattern = { source: ['a', 'b'], detail: { state: [{ prefix: 'run' }, 'stopped'] } };
    assert.ok(matches(pattern, { source: 'b', detail: { state: 'running' }, more: 1 }));
    assert.ok(!matches(pattern, { source: 'b', detail: { state: 'pending' } }));
    assert.ok(!matches(pattern, { source: 'b', detail: 'running' }));
  });

  test('asks one element of an array of objects for all its fields together', () => {
    const pattern = { list: { a: [1], b: [2] } };
    assert.ok(matches(pattern, { list: [{ a: 9 }, { a: 1, b: 2 }] }));
    assert.ok(!matches(pattern, { list: [{ a: 1 }, { b: 2 }] }));
  });

  test('takes one of the objects of $or beside its other fields, and $or below $or', () => {
    const pattern = {
      source: ['aws.cloudwatch'],
      detail: { $or: [{ count: [{ numeric: ['>', 5] }] }, { $or: [{ scope: ['x'] }, { kind: ['y'], part: ['z'] }] }] },
    };
    assert.ok(matches(pattern, { source: 'aws.cloudwatch', detail: { count: 6 } }));
    assert.ok(matches(pattern, { source: 'aws.cloudwatch', detail: { scope: 'x' } }));
    assert.ok(matches(pattern, { source: 'aws.cloudwatch', detail: { kind: 'y', part: 'z' } }));
    assert.ok(!matches(pattern, { source: 'aws.cloudwatch', detail: { kind: 'y' } }));
    assert.ok(!matches(pattern, { source: 'other', detail: { count: 6 } }));
  });
});

describe('an event pattern that AWS refuses', () => {
  const reason = (text: string): string => {
    try {
      compileEventPattern(text);
    } catch (error) {
      return (error as Error).message;
    }
    return assert.fail(`${text} was taken`);
  };

  // The places are those in what people report of AWS's own refusals.
  for (const [text, sentence, column] of [
    [
      '{"source":["test.event-pattern"],"detail":{"lenderId":"LenderA"}}',
      '"lenderId" must be an object or an array',
      56,
    ],
    ['{"source": ["aws.health"], "detail": {}}', 'Empty objects are not allowed', 40],
    [
      '{"source":["test-source"],"detail":{"name":[{"exists":"true"}],"age":[{"numeric":[">","25"]}]}}',
      'exists match pattern must be either true or false.',
      56,
    ],
  ] as const) {
    test(`says where: ${sentence}`, () => {
      assert.equal(reason(text), `${sentence}\n at [Source: (String)"${text}"; line: 1, column: ${column}]`);
    });
  }

  for (const [text, sentence] of [
    ['[]', 'Filter is not an object'],
    ['{"a":[]}', 'Empty arrays are not allowed'],
    ['{"a":[{"prefx":"b"}]}', 'Unrecognized match type prefx'],
    ['{"a":[{"prefix":1}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"prefix":"b","suffix":"c"}]}', 'Only one key allowed in match expression'],
    ['{"a":[["b"]]}', 'Match value must be String, number, true, false, or null'],
    ['{"a":[{"numeric":["!",1]}]}', 'Unrecognized numeric range operator: !'],
    ['{"a":[{"numeric":[">","1"]}]}', 'Value of > must be numeric'],
    [
      '{"a":[{"anything-but":["b",1]}]}',
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    ],
    ['{"a":[{"wildcard":"a**"}]}', 'Consecutive wildcard characters at pos 2'],
    ['{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
    ['{"$or":[{"a":["b"]}]}', 'There must have at least 2 Objects in $or relationship.'],
  ] as const) {
    test(sentence, () => assert.equal(reason(text).split('\n')[0], sentence));
  }

  test('text that is not JSON', () => assert.equal(reason('{"a":'), 'Invalid JSON'));
});
