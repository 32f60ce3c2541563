import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { circularResources, type DependencyGraph, inOrder } from './dependency-graph.ts';
import { parseTemplate } from './parse-template.ts';
import { checkStructure } from './structure.ts';

const sentences = (yaml: string): string[] =>
  checkStructure(parseTemplate(yaml).document).map(({ message }) => message);
const topic = (rest: string) => `Resources:\n  A:\n    Type: AWS::SNS::Topic\n${rest}`;

test('a template beyond what AWS takes is refused', () => {
  const queues = Object.fromEntries(
    Array.from({ length: 501 }, (_, index) => [`Q${index}`, { Type: 'AWS::SQS::Queue' }]),
  );
  assert.deepEqual(sentences(JSON.stringify({ Resources: queues })), [
    'Template format error: Number of resources, 501, is greater than maximum allowed, 500',
  ]);
});

test('a template nested without end is refused, and does not exhaust the stack', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
    ['{"Fn::Join":["",[', ']]}'],
  ] as const) {
    const text = `{"Resources":{"Q":{"Type":"AWS::SQS::Queue","Metadata":${open.repeat(20000)}1${close.repeat(20000)}}}}`;
    assert.throws(() => parseTemplate(text), /nested more than 400 levels deep/);
  }
});

test('says in AWS sentences what is wrong with a template', () => {
  assert.deepEqual(sentences('Resources: {}'), [
    'Template format error: At least one Resources member must be defined.',
  ]);
  assert.deepEqual(sentences(`${topic('')}Foo: 1`), ['Invalid template property or properties [Foo]']);
  assert.deepEqual(sentences(topic('    Propertys: {}')), ["Invalid template resource property 'Propertys'"]);
  assert.deepEqual(sentences(topic('    Properties: {a: !Ref Nope}')), [
    'Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template',
  ]);
  assert.deepEqual(sentences(topic('    Properties: {a: !GetAtt Nope.Arn}')), [
    'Template error: instance of Fn::GetAtt references undefined resource Nope',
  ]);
  assert.deepEqual(sentences(`${topic('')}Outputs:\n  O: {Value: !Sub "\${Nope}"}`), [
    'Template format error: Unresolved resource dependencies [Nope] in the Outputs block of the template',
  ]);
  assert.deepEqual(sentences(topic('    Condition: Maybe')), [
    'Template format error: Unresolved condition dependency Maybe in the Resources block of the template',
  ]);
  assert.deepEqual(sentences(topic('    Properties: {a: }')), [
    "Template format error: [/Resources/A/Properties/a] 'null' values are not allowed in templates",
  ]);
  assert.deepEqual(sentences(`Parameters:\n  P: {Type: Text}\n${topic('')}`), [
    'Template format error: Unrecognized parameter type: Text',
  ]);
});

test('names the resources that wait for one another in a circle', () => {
  const yaml = `Resources:
  A: {Type: T, Properties: {x: !GetAtt B.Arn}}
  B: {Type: T, DependsOn: C}
  C: {Type: T, Properties: {x: !Sub "\${A}"}}
  D: {Type: T, DependsOn: A}
  E: {Type: T}`;
  assert.deepEqual(sentences(yaml), ['Circular dependency between resources: [A, B, C]']);
});

test('an order always puts what is needed before what needs it, and a graph drawn forward has no circle', () => {
  const forward = fc
    .array(fc.array(fc.nat(30), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
    .map((needs): DependencyGraph => {
      return new Map(
        needs.map((list, index) => [
          `r${index}`,
          new Set(list.filter((other) => other < index).map((other) => `r${other}`)),
        ]),
      );
    });
  fc.assert(
    fc.property(forward, (graph) => {
      const order = inOrder(graph);
      assert.equal(order.length, graph.size);
      for (const [name, needs] of graph)
        for (const needed of needs) assert.ok(order.indexOf(needed) < order.indexOf(name));
      assert.deepEqual(circularResources(graph), []);
    }),
  );
});
