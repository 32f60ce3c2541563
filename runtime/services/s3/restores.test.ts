import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HeadObjectCommand, RestoreObjectCommand } from '@aws-sdk/client-s3';
import { refuses, type S3Lab, startLab } from './bucket.fixture.ts';

let lab: S3Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.orrery.stop());

/** "Restoring an archived object" and "Archive retrieval options" (Amazon S3 User Guide). */
test('an archived object is read only while a restored copy is there', async () => {
  const Bucket = await lab.bucket('archive');
  const hour = 3_600_000;
  await lab.put(Bucket, 'ledger', 'old numbers', { StorageClass: 'GLACIER' });
  await lab.put(Bucket, 'warm', 'x');
  const restore = (Key: string, Days: number, Tier: 'Standard' | 'Expedited' = 'Standard') =>
    lab.s3.send(new RestoreObjectCommand({ Bucket, Key, RestoreRequest: { Days, GlacierJobParameters: { Tier } } }));
  const said = async () => (await lab.s3.send(new HeadObjectCommand({ Bucket, Key: 'ledger' }))).Restore;
  const refusal = await refuses(
    lab.text(Bucket, 'ledger'),
    'InvalidObjectState',
    "The operation is not valid for the object's storage class",
  );
  assert.equal(refusal.$metadata.httpStatusCode, 403);
  await refuses(restore('warm', 1), 'InvalidObjectState');
  assert.equal((await restore('ledger', 2)).$metadata.httpStatusCode, 202);
  assert.equal(await said(), 'ongoing-request="true"');
  await refuses(restore('ledger', 2), 'RestoreAlreadyInProgress', 'Object restore is already in progress');
  await lab.orrery.clock.wind(5 * hour);
  assert.match((await said()) ?? '', /^ongoing-request="false", expiry-date="\w+, \d+ \w+ \d+ 00:00:00 GMT"$/);
  assert.equal(await lab.text(Bucket, 'ledger'), 'old numbers');
  assert.equal((await restore('ledger', 3)).$metadata.httpStatusCode, 200);
  await lab.orrery.clock.wind(5 * 24 * hour);
  assert.equal(await said(), undefined);
  await refuses(lab.text(Bucket, 'ledger'), 'InvalidObjectState');
});
