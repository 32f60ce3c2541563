import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readAssembly } from './assembly.ts';

const where = { account: '000000000000', region: 'us-east-1' };

describe('a cloud assembly', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'orrery-assembly-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function write(files: Record<string, object>): void {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
  }

  const stackOf = (more: object) => ({
    type: 'aws:cloudformation:stack',
    environment: 'aws://unknown-account/unknown-region',
    properties: { templateFile: 'app.template.json' },
    ...more,
  });

  test('of version 1 of the CDK gives each asset its three parameters', () => {
    const asset = (id: string, path: string, packaging: string) => ({
      type: 'aws:cdk:asset',
      data: {
        path,
        id,
        packaging,
        sourceHash: id,
        s3BucketParameter: `${id}Bucket`,
        s3KeyParameter: `${id}Key`,
        artifactHashParameter: `${id}Hash`,
      },
    });
    write({
      'app.template.json': { Resources: {} },
      'more.json': { '/App/Data': [asset('beef', 'asset.beef.json', 'file')] },
      'manifest.json': {
        artifacts: {
          App: stackOf({
            metadata: { '/App/Fn': [{ type: 'aws:cdk:logicalId' }, asset('cafe', 'asset.cafe', 'zip')] },
            additionalMetadataFile: 'more.json',
          }),
        },
      },
    });
    const [stack] = readAssembly(folder, where);
    const bucketName = 'cdk-hnb659fds-assets-000000000000-us-east-1';
    assert.deepEqual(stack?.parameters, {
      cafeBucket: bucketName,
      cafeKey: 'assets/cafe/||cafe.zip',
      cafeHash: 'cafe',
      beefBucket: bucketName,
      beefKey: 'assets/beef/||beef.json',
      beefHash: 'beef',
    });
    assert.deepEqual(
      stack?.assets.map(({ objectKey, packaging }) => [objectKey, packaging]),
      [
        ['assets/cafe/cafe.zip', 'zip'],
        ['assets/beef/beef.json', 'file'],
      ],
    );
  });

  test('written for another account is read as this one’s, with the templates of its nested stacks', () => {
    const arn = { Resource: 'arn:aws:sqs:eu-west-1:123456789012:q', Count: 9123456789012 };
    write({
      'app.template.json': arn,
      'nested.template.json': arn,
      'app.assets.json': {
        files: {
          nested: {
            source: { path: 'nested.template.json', packaging: 'file' },
            destinations: {
              here: { bucketName: 'cdk-hnb659fds-assets-123456789012-eu-west-1', objectKey: 'nested.json' },
            },
          },
        },
      },
      'manifest.json': {
        artifacts: {
          assets: { type: 'cdk:asset-manifest', properties: { file: 'app.assets.json' } },
          App: stackOf({ environment: 'aws://123456789012/eu-west-1', dependencies: ['assets'] }),
        },
      },
    });
    const [stack] = readAssembly(folder, where);
    const here = JSON.stringify({ ...arn, Resource: 'arn:aws:sqs:eu-west-1:000000000000:q' });
    assert.deepEqual([stack?.region, stack?.template, stack?.assets[0]?.content], ['eu-west-1', here, here]);
    assert.equal(stack?.assets[0]?.bucketName, 'cdk-hnb659fds-assets-000000000000-eu-west-1');
  });
});
