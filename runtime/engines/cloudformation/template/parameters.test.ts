import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseParameters, parameterValues } from './parameters.ts';

const choose = (declaration: object, value?: string) =>
  chooseParameters(
    { Parameters: { P: declaration } },
    value === undefined ? [] : [{ ParameterKey: 'P', ParameterValue: value }],
  );
const refusal = (declaration: object, value?: string): string => {
  try {
    choose(declaration, value);
  } catch (error) {
    return (error as Error).message;
  }
  return 'taken';
};

test('takes the given value, then the previous, then the default', () => {
  const document = { Parameters: { P: { Type: 'String', Default: 1 } } };
  assert.deepEqual(chooseParameters(document, []), { P: '1' });
  assert.deepEqual(chooseParameters(document, [{ ParameterKey: 'P', UsePreviousValue: true }], { P: 'old' }), {
    P: 'old',
  });
  assert.deepEqual(chooseParameters(document, [{ ParameterKey: 'P', ParameterValue: 'new' }], { P: 'old' }), {
    P: 'new',
  });
});

test('refuses values against their constraints in AWS sentences', () => {
  assert.equal(refusal({ Type: 'String' }), 'Parameters: [P] must have values');
  assert.equal(refusal({ Type: 'String', AllowedValues: ['a', 1] }, 'b'), "Parameter 'P' must be one of AllowedValues");
  assert.equal(refusal({ Type: 'String', AllowedValues: ['a', 1] }, '1'), 'taken');
  assert.equal(refusal({ Type: 'String', AllowedPattern: '[a-z]+' }, 'aB'), "Parameter 'P' must match pattern [a-z]+");
  assert.equal(
    refusal({ Type: 'String', AllowedPattern: '[a-z]+', ConstraintDescription: 'lower case' }, 'B'),
    "Parameter 'P' failed to satisfy constraint: lower case",
  );
  assert.equal(refusal({ Type: 'String', MinLength: '2' }, 'a'), "Parameter 'P' must contain at least 2 characters");
  assert.equal(refusal({ Type: 'Number', MaxValue: 5 }, '6'), "Parameter 'P' must be a number not greater than 5");
  assert.equal(refusal({ Type: 'Number' }, 'six'), "Parameter 'P' must be a number");
  assert.equal(
    refusal({ Type: 'List<Number>', MinValue: 2 }, '3, 1'),
    "Parameter 'P' must be a number not less than 2",
  );
  assert.throws(() => chooseParameters({}, [{ ParameterKey: 'X', ParameterValue: '1' }]), {
    message: 'Parameters: [X] do not exist in the template',
  });
});

test('lists are split at commas, and parameter store values are what was fetched', () => {
  const document = {
    Parameters: {
      L: { Type: 'CommaDelimitedList' },
      S: { Type: 'AWS::SSM::Parameter::Value<List<String>>' },
      T: { Type: 'String' },
    },
  };
  assert.deepEqual(parameterValues(document, { L: 'a, b', S: '/name', T: 'x,y' }, { S: 'c,d' }), {
    L: ['a', 'b'],
    S: ['c', 'd'],
    T: 'x,y',
  });
});

test('a pattern that would take for ever over a value is refused, and stops nothing', () => {
  assert.match(
    refusal({ Type: 'String', AllowedPattern: '(a+)+' }, `${'a'.repeat(40)}!`),
    /^AllowedPattern \(a\+\)\+ takes too long over a value of 41 characters\.$/,
  );
});
