import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { unknownValue } from '../intrinsics/scope.ts';
import { specificationOf } from '../specification/specification.ts';
import { conformProperties } from './conform.ts';
import { propertyFidelities } from './fidelity.ts';
import { propertyChanges, replacementOf } from './replacement.ts';

before(() => {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../../../tools/digest-specification.ts')]);
});

const spec = (type: string) => {
  const specification = specificationOf(type);
  assert.ok(specification);
  return specification;
};
const conform = (type: string, properties: Record<string, unknown>) => {
  const { properties: result, errors } = conformProperties(properties, spec(type), ['Resources', 'X', 'Properties']);
  return errors.length > 0 ? errors.map(({ message }) => message) : result;
};

test('scalars become the type the specification names', () => {
  assert.deepEqual(conform('AWS::SQS::Queue', { VisibilityTimeout: '60', FifoQueue: 'true', QueueName: 12 }), {
    VisibilityTimeout: 60,
    FifoQueue: true,
    QueueName: '12',
  });
  assert.deepEqual(
    conform('AWS::SQS::Queue', { Tags: [{ Key: 'a', Value: 1 }], RedrivePolicy: { maxReceiveCount: '3' } }),
    {
      Tags: [{ Key: 'a', Value: '1' }],
      RedrivePolicy: { maxReceiveCount: '3' },
    },
  );
  assert.deepEqual(
    conform('AWS::Lambda::Function', {
      Code: { ZipFile: 'x' },
      Role: 'r',
      Environment: { Variables: { N: 1, B: true } },
    }),
    {
      Code: { ZipFile: 'x' },
      Role: 'r',
      Environment: { Variables: { N: '1', B: 'true' } },
    },
  );
});

test('properties nobody knows, missing and wrong ones are told in AWS sentences', () => {
  assert.deepEqual(conform('AWS::SQS::Queue', { Colour: 'red' }), ['Encountered unsupported property Colour']);
  assert.deepEqual(conform('AWS::Lambda::Function', { Code: { Zip: 'x' } }), [
    'Encountered unsupported property Zip',
    'Property Role cannot be empty.',
  ]);
  assert.deepEqual(conform('AWS::SQS::Queue', { VisibilityTimeout: 'soon', QueueName: { a: 1 } }), [
    'Value of property VisibilityTimeout must be of type Integer',
    'Value of property QueueName must be of type String',
  ]);
  assert.deepEqual(
    conform('AWS::Lambda::Function', { Code: { ZipFile: unknownValue }, Role: unknownValue, Timeout: unknownValue }),
    {
      Code: { ZipFile: unknownValue },
      Role: unknownValue,
      Timeout: unknownValue,
    },
  );
});

test('a value that the specification does not list is told with those it does', () => {
  assert.deepEqual(
    conform('AWS::Lambda::Function', {
      Code: { ZipFile: 'x' },
      Role: 'r',
      PackageType: 'zip',
      TracingConfig: { Mode: 'On' },
    }),
    [
      'Properties validation failed for resource X with message: #/PackageType: zip is not a valid enum value (allowed: Image, Zip)',
      'Properties validation failed for resource X with message: #/TracingConfig/Mode: On is not a valid enum value (allowed: Active, PassThrough)',
    ],
  );
  const days = (RetentionInDays: unknown) => conform('AWS::Logs::LogGroup', { RetentionInDays });
  assert.deepEqual(days('30'), { RetentionInDays: 30 });
  assert.deepEqual(days(unknownValue), { RetentionInDays: unknownValue });
  assert.deepEqual(days('soon'), ['Value of property RetentionInDays must be of type Integer']);
  assert.match(String(days(2)), /^Properties validation failed .* #\/RetentionInDays: 2 is not a valid enum value/);
});

test('whether a change replaces is what the specification says', () => {
  const level = (type: string, a: Record<string, unknown>, b: Record<string, unknown>) =>
    replacementOf(propertyChanges(a, b, spec(type)));
  assert.equal(level('AWS::SQS::Queue', { QueueName: 'a' }, { QueueName: 'b' }), 'yes');
  assert.equal(level('AWS::SQS::Queue', { QueueName: 'a', DelaySeconds: 1 }, { QueueName: 'a' }), 'no');
  assert.deepEqual(
    propertyChanges({ Code: { ZipFile: 'a' } }, { Code: { ZipFile: 'b' } }, spec('AWS::Lambda::Function'))[0]?.path,
    ['Code', 'ZipFile'],
  );
});

test('the most particular declaration of a property counts, and what is not declared is refused', () => {
  const declared = { type: 'T', create: async () => ({ physicalId: '' }), delete: async () => undefined };
  const told = (
    properties: Record<string, unknown>,
    fidelity: Record<string, 'executed' | 'stored' | { refused: string }>,
  ) =>
    propertyFidelities(properties, { ...declared, properties: fidelity }, spec('AWS::S3::Bucket'), []).map(
      ({ property, fidelity: what }) => [property, typeof what === 'string' ? what : 'refused'],
    );
  assert.deepEqual(
    told(
      { BucketName: 'a', BucketEncryption: { ServerSideEncryptionConfiguration: [{ BucketKeyEnabled: true }] } },
      {
        BucketName: 'executed',
        BucketEncryption: 'executed',
        'BucketEncryption.ServerSideEncryptionConfiguration.BucketKeyEnabled': 'stored',
      },
    ),
    [
      ['BucketName', 'executed'],
      ['BucketEncryption.ServerSideEncryptionConfiguration.BucketKeyEnabled', 'stored'],
    ],
  );
  assert.deepEqual(told({ AccelerateConfiguration: { AccelerationStatus: 'Enabled' } }, {}), [
    ['AccelerateConfiguration', 'refused'],
  ]);
  // Keys of a list of keys and values are told apart where the type does so.
  assert.deepEqual(
    told(
      {
        Tags: [
          { Key: 'a.b', Value: '1' },
          { Key: 'c', Value: '2' },
        ],
      },
      { Tags: 'executed', 'Tags.a.b': 'stored' },
    ),
    [
      ['Tags.a.b', 'stored'],
      ['Tags.c', 'executed'],
    ],
  );
  // What is refused is refused when it is asked for.
  const accelerate = { AccelerateConfiguration: { refused: 'no' } };
  assert.deepEqual(told({ AccelerateConfiguration: {} }, accelerate), []);
  assert.deepEqual(told({ AccelerateConfiguration: { Ref: 'Some' } }, accelerate), [
    ['AccelerateConfiguration', 'refused'],
  ]);
});
