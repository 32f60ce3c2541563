import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTemplate } from './parse-template.ts';
import { TemplateError } from './template.ts';

const properties = (text: string): unknown => {
  const indented = text.replace(/^/gm, '      ');
  const { document } = parseTemplate(`Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties:\n${indented}\n`);
  return (document.Resources as { A: { Properties: unknown } }).A.Properties;
};

test('short forms of functions become long forms, nested and mixed', () => {
  assert.deepEqual(
    properties(
      'a: !Sub "${AWS::Region}-x"\nb: !GetAtt Db.Endpoint.Address\nc: !GetAtt [Db, Arn]\nd: !Select [0, !GetAZs ""]',
    ),
    {
      a: { 'Fn::Sub': '${AWS::Region}-x' },
      b: { 'Fn::GetAtt': ['Db', 'Endpoint.Address'] },
      c: { 'Fn::GetAtt': ['Db', 'Arn'] },
      d: { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] },
    },
  );
  assert.deepEqual(
    properties(
      'a: !Base64\n  Fn::Sub: hello\nb:\n  Fn::Join: ["", [!Ref X, "y"]]\nc: !If [yes, !Ref "AWS::NoValue", {k: !Condition C}]',
    ),
    {
      a: { 'Fn::Base64': { 'Fn::Sub': 'hello' } },
      b: { 'Fn::Join': ['', [{ Ref: 'X' }, 'y']] },
      c: { 'Fn::If': [true, { Ref: 'AWS::NoValue' }, { k: { Condition: 'C' } }] },
    },
  );
});

test('YAML is read as version 1.1 without timestamps: on and off are booleans, dates and y are text', () => {
  assert.deepEqual(
    properties('a: on\nb: Off\nc: y\nd: 2012-10-17\ne: 010\nf: 12345678901234567890\non: 1\n123456789012: 2'),
    {
      a: true,
      b: false,
      c: 'y',
      d: '2012-10-17',
      e: 8,
      f: '12345678901234567890',
      on: 1,
      '123456789012': 2,
    },
  );
});

test('of a repeated key the last value counts, in YAML and in JSON', () => {
  assert.deepEqual(properties('a: 1\na: 2'), { a: 2 });
  assert.deepEqual(parseTemplate('{"a": 1, "a": 2}').document, { a: 2 });
});

test('what is not well-formed is told with file, line and column', () => {
  const fails = (text: string): TemplateError => {
    try {
      parseTemplate(text, { fileName: 'app.yaml' });
    } catch (error) {
      if (error instanceof TemplateError) return error;
    }
    throw new Error(`${text} was taken`);
  };
  assert.equal(
    fails('a:\n  - b\n c: d').describe(),
    'app.yaml:3:1: Template format error: YAML not well-formed. (line 3, column 1)',
  );
  assert.equal(
    fails('{\n  "a": 1,,\n}').describe(),
    'app.yaml:2:10: Template format error: JSON not well-formed. (line 2, column 10)',
  );
  assert.equal(
    fails('a: &x 1\nb: *x').describe(),
    'app.yaml:2:4: Template error: YAML aliases are not allowed in CloudFormation templates',
  );
  assert.equal(fails('a: !Foo 1').message, 'Template format error: Unrecognized tag !Foo');
  assert.equal(fails('just text').message, 'Template format error: unsupported structure.');
});

test('a place is found in YAML and in JSON, or its nearest ancestor', () => {
  const yaml = parseTemplate(
    'Resources:\n  A:\n    Type: X\n    Properties:\n      Name: !If\n        - c\n        - !Ref B\n',
  );
  assert.deepEqual(yaml.locate(['Resources', 'A', 'Properties', 'Name', 'Fn::If', 1, 'Ref']), { line: 7, column: 16 });
  assert.deepEqual(yaml.locate(['Resources', 'A', 'Properties', 'Missing']), { line: 4, column: 5 });
  const json = parseTemplate('{\n\t"Resources": {\n\t\t"A": {"Type": "X"}}}');
  assert.deepEqual(json.locate(['Resources', 'A', 'Type']), { line: 3, column: 9 });
});
