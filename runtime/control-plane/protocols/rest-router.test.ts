import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModel } from './model.ts';
import { matchRestOperation } from './rest-router.ts';

/** The operation and labels of `METHOD /path?query`, with the bucket taken out of S3's paths. */
function route(
  service: string,
  line: string,
  headers: Record<string, string> = {},
  labels: Record<string, string> = {},
) {
  const [method = '', url = ''] = line.split(' ');
  const [path = '', query = ''] = url.split('?');
  const match = matchRestOperation(loadModel(service), { method, path, query, headers, labels });
  return match && [match.operation.name, match.labels];
}

const bucket = { Bucket: 'b' };

test('operations on a bucket, an object and the account are told apart by what the path leaves', () => {
  assert.deepEqual(route('s3', 'GET /'), ['ListBuckets', {}]);
  assert.deepEqual(route('s3', 'GET /', {}, bucket), ['ListObjects', {}]);
  assert.deepEqual(route('s3', 'GET /a/b%20c/', {}, bucket), ['GetObject', { Key: 'a/b c/' }]);
  assert.deepEqual(route('s3', 'PUT /', {}, bucket), ['CreateBucket', {}]);
  assert.deepEqual(route('s3', 'PUT //k', {}, bucket), ['PutObject', { Key: '/k' }]);
});

test('query parameters that the URI demands choose the operation', () => {
  const expected: Record<string, string> = {
    'GET /?list-type=2&prefix=a': 'ListObjectsV2',
    'GET /?location': 'GetBucketLocation',
    'GET /?location=': 'GetBucketLocation',
    'GET /?uploads': 'ListMultipartUploads',
    'GET /?versions': 'ListObjectVersions',
    'GET /?unknown': 'ListObjects',
    'PUT /?policy': 'PutBucketPolicy',
    'PUT /k?acl': 'PutObjectAcl',
    'PUT /k?tagging': 'PutObjectTagging',
    'GET /k?attributes': 'GetObjectAttributes',
    'GET /?inventory': 'ListBucketInventoryConfigurations',
    'GET /?inventory&id=1': 'GetBucketInventoryConfiguration',
    'POST /?delete': 'DeleteObjects',
    'POST /k?uploads': 'CreateMultipartUpload',
    'POST /k?select&select-type=2': 'SelectObjectContent',
  };
  for (const [line, name] of Object.entries(expected)) assert.equal(route('s3', line, {}, bucket)?.[0], name, line);
});

test('required query parameters and headers choose between operations of one path', () => {
  const source = { 'x-amz-copy-source': 'a/k' };
  assert.equal(route('s3', 'PUT /k', {}, bucket)?.[0], 'PutObject');
  assert.equal(route('s3', 'PUT /k', source, bucket)?.[0], 'CopyObject');
  assert.equal(route('s3', 'PUT /k?partNumber=1&uploadId=u', {}, bucket)?.[0], 'UploadPart');
  assert.equal(route('s3', 'PUT /k?partNumber=1&uploadId=u', source, bucket)?.[0], 'UploadPartCopy');
  assert.equal(route('s3', 'GET /k?uploadId=u', {}, bucket)?.[0], 'ListParts');
  assert.equal(route('s3', 'POST /k?uploadId=u', {}, bucket)?.[0], 'CompleteMultipartUpload');
  assert.equal(route('s3', 'DELETE /k?uploadId=u', {}, bucket)?.[0], 'AbortMultipartUpload');
  assert.equal(route('s3', 'DELETE /k', {}, bucket)?.[0], 'DeleteObject');
});

test('an operation without competitors is found though a required parameter is missing, so that it can say so', () => {
  assert.deepEqual(route('lambda', 'DELETE /2017-03-31/tags/arn'), ['UntagResource', { Resource: 'arn' }]);
});

test('labels are decoded, literal segments win over labels, and a trailing slash makes no difference', () => {
  assert.deepEqual(route('lambda', 'POST /2015-03-31/functions/arn%3Aaws%3Alambda/invocations'), [
    'Invoke',
    { FunctionName: 'arn:aws:lambda' },
  ]);
  assert.deepEqual(route('lambda', 'GET /2015-03-31/functions')?.[0], 'ListFunctions');
  assert.deepEqual(route('lambda', 'GET /2015-03-31/functions/')?.[0], 'ListFunctions');
  assert.deepEqual(route('cloudfront', 'GET /2020-05-31/distribution/E1/config'), [
    'GetDistributionConfig',
    { Id: 'E1' },
  ]);
  assert.equal(route('apigatewayv2', 'GET /v2/nothing'), undefined);
  assert.equal(route('lambda', 'PATCH /2015-03-31/functions'), undefined);
});
