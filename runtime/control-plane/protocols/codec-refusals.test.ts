import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CodecError } from './codec-error.ts';
import { detectProtocol } from './detect.ts';
import { loadModel, modelIndex } from './model.ts';
import { operationName } from './operation-name.ts';
import { type ProtocolName, protocols } from './protocol.ts';

function decode(
  protocol: ProtocolName,
  service: string,
  operationName: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
) {
  const model = loadModel(service);
  const operation = model.operations.get(operationName);
  assert.ok(operation);
  return protocols[protocol].decode(model, operation, {
    method: 'POST',
    path: '/',
    query: '',
    headers,
    body: Buffer.from(body),
  });
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CodecError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'none';
}

test('awsJson refuses a value of the wrong type in the words of DynamoDB', () => {
  const cases: [string, string][] = [
    ['{"TableName": 1}', 'NUMBER_VALUE cannot be converted to String'],
    ['{"TableName": 1.5}', 'DECIMAL_VALUE cannot be converted to String'],
    ['{"TableName": true}', 'TRUE_VALUE cannot be converted to String'],
    ['{"TableName": ["a"]}', 'Start of list found where not expected'],
    ['{"TableName": {}}', 'Start of structure or map found where not expected.'],
    ['{"ConsistentRead": "yes"}', 'STRING_VALUE cannot be converted to Boolean'],
    ['{"Key": "x"}', 'Unexpected field type'],
    ['{"Key": {"a": {"B": "%"}}}', 'The blob is not base64.'],
    ['{', 'Unexpected token: the body is not JSON.'],
  ];
  for (const [body, message] of cases) {
    assert.equal(
      refusal(() => decode('awsJson1_0', 'dynamodb', 'GetItem', body)),
      `SerializationException: ${message}`,
      body,
    );
  }
});

test('restJson words it as Lambda does', () => {
  const run = () => decode('restJson', 'lambda', 'CreateFunction', '{"FunctionName": 1}');
  assert.equal(refusal(run), 'SerializationException: NUMBER_VALUE can not be converted to a String');
});

test('members that the model does not know, and nulls, are passed over', () => {
  assert.deepEqual(
    decode('awsJson1_0', 'sqs', 'SendMessage', '{"MessageBody": "a", "Unknown": 1, "DelaySeconds": null}'),
    { MessageBody: 'a' },
  );
  assert.deepEqual(decode('awsQuery', 'sqs', 'SendMessage', 'Action=SendMessage&MessageBody=a&Unknown.1=x'), {
    MessageBody: 'a',
  });
  assert.deepEqual(decode('awsJson1_0', 'sqs', 'ListQueues', ''), {});
});

test('a key of a map may have any name', () => {
  const input = decode(
    'awsJson1_0',
    'dynamodb',
    'GetItem',
    '{"Key": {"__proto__": {"S": "a"}, "constructor": {"S": "b"}}}',
  );
  assert.deepEqual(Object.entries(input.Key as object), [
    ['__proto__', { S: 'a' }],
    ['constructor', { S: 'b' }],
  ]);
});

test('awsQuery refuses a number that is none, and a structure where a value belongs', () => {
  assert.match(
    refusal(() => decode('awsQuery', 'sqs', 'SendMessage', 'DelaySeconds=soon')),
    /^MalformedInput: .*DelaySeconds/,
  );
  assert.match(
    refusal(() => decode('awsQuery', 'sqs', 'SendMessage', 'MessageBody.1=a')),
    /^MalformedInput: Start of list/,
  );
});

test('awsQuery orders the elements of a list by their numbers', () => {
  const names = Array.from({ length: 12 }, (_, place) => `AttributeName.${12 - place}=a${12 - place}`).join('&');
  const { AttributeNames } = decode('awsQuery', 'sqs', 'GetQueueAttributes', names);
  assert.deepEqual(AttributeNames, ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'a10', 'a11', 'a12']);
});

test('rpcV2Cbor refuses bytes that are not CBOR, or not of the shape', () => {
  for (const body of [Buffer.from([0xff]), Buffer.from([0x01]), Buffer.from('a1694e616d65737061636501', 'hex')]) {
    assert.match(
      refusal(() => decode('rpcV2Cbor', 'cloudwatch', 'PutMetricData', body)),
      /^SerializationException/,
    );
  }
});

test('a compressed body is unpacked, and one that is not what it says is refused', () => {
  const headers = { 'content-encoding': 'gzip' };
  assert.deepEqual(decode('awsJson1_0', 'cloudwatch', 'PutMetricData', gzipSync('{"Namespace": "n"}'), headers), {
    Namespace: 'n',
  });
  assert.match(
    refusal(() => decode('awsJson1_0', 'cloudwatch', 'PutMetricData', '{}', headers)),
    /^SerializationException/,
  );
});

test('the protocol is told by the header, the target, the form or the service alone', () => {
  const base = { method: 'POST', path: '/', query: '' };
  const told = (service: string, headers: Record<string, string>): string => {
    const entry = modelIndex().get(service);
    assert.ok(entry);
    return detectProtocol({ ...base, headers }, entry);
  };
  assert.equal(
    told('sqs', { 'x-amz-target': 'AmazonSQS.SendMessage', 'content-type': 'application/x-amz-json-1.0' }),
    'awsJson1_0',
  );
  assert.equal(told('sqs', { 'content-type': 'application/x-www-form-urlencoded' }), 'awsQuery');
  assert.equal(told('kms', { 'x-amz-target': 'TrentService.Encrypt' }), 'awsJson1_1');
  assert.equal(told('cloudwatch', { 'smithy-protocol': 'rpc-v2-cbor' }), 'rpcV2Cbor');
  assert.equal(told('cloudwatch', { 'content-type': 'application/x-www-form-urlencoded' }), 'awsQuery');
  assert.equal(told('lambda', {}), 'restJson');
  assert.equal(told('s3', { 'content-type': 'application/x-www-form-urlencoded' }), 'restXml');
  assert.equal(told('sts', {}), 'awsQuery');
});

test('the operation is told by target, path, form or query', () => {
  const request = { method: 'POST', path: '/', query: '', headers: {}, body: Buffer.alloc(0) };
  assert.equal(
    operationName('awsJson1_1', { ...request, headers: { 'x-amz-target': 'Logs_20140328.PutLogEvents' } }),
    'PutLogEvents',
  );
  const path = '/service/GraniteServiceVersion20100801/operation/PutMetricData';
  assert.equal(operationName('rpcV2Cbor', { ...request, path }), 'PutMetricData');
  assert.equal(operationName('awsQuery', { ...request, body: Buffer.from('Version=1&Action=Publish') }), 'Publish');
  assert.equal(
    operationName('awsQuery', { ...request, query: 'Action=GetCallerIdentity&Version=1' }),
    'GetCallerIdentity',
  );
  const packed = { ...request, body: gzipSync('Action=PutMetricData'), headers: { 'content-encoding': 'gzip' } };
  assert.equal(operationName('awsQuery', packed), 'PutMetricData');
  assert.equal(operationName('awsQuery', request), undefined);
});
