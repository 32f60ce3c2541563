import { awsName } from '../../data-planes/http/hosts.ts';
import { type Addressing, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import { bodies } from './behaviour/bodies.ts';
import { registerHosts } from './behaviour/hosts.ts';
import { runLifecycleDaily } from './behaviour/lifecycle.ts';
import { objectTable } from './behaviour/object-table.ts';
import { CreateBucket, DeleteBucket, GetBucketLocation, HeadBucket, ListBuckets } from './operations/buckets.ts';
import * as configured from './operations/configurations.ts';
import { ListObjects, ListObjectsV2, ListObjectVersions } from './operations/listing.ts';
import * as multipart from './operations/multipart.ts';
import { CopyObject, DeleteObject, DeleteObjects, GetObject, HeadObject, PutObject } from './operations/objects.ts';
import { Bucket } from './resources/Bucket.ts';
import { BucketPolicy } from './resources/BucketPolicy.ts';
import { buckets } from './state.ts';

const { configurations, isPublic: _isPublic, ...subresources } = configured;

export default defineService({
  name: 's3',
  actionPrefix: 's3',
  operations: {
    CreateBucket,
    HeadBucket,
    DeleteBucket,
    ListBuckets,
    GetBucketLocation,
    PutObject,
    GetObject,
    HeadObject,
    DeleteObject,
    DeleteObjects,
    CopyObject,
    ListObjects,
    ListObjectsV2,
    ListObjectVersions,
    ...configurations,
    ...subresources,
    ...multipart,
  },
  resources: [Bucket, BucketPolicy],
  authorization: authorize,
  accessDenied: { code: 'AccessDenied', status: 403 },
  anonymous: 'allowed',
  addressing,
  start,
  fidelity: {
    'PutObject.ServerSideEncryption': 'stored',
    'PutObject.StorageClass': 'stored',
    'PutObject.SSECustomerKey': { refused: "objects are kept with S3's own key only." },
    'GetObject.SSECustomerKey': { refused: "objects are kept with S3's own key only." },
    'PutObject.ObjectLockMode': { refused: 'object lock is not done.' },
    'PutObject.ObjectLockLegalHoldStatus': { refused: 'object lock is not done.' },
    'PutObject.GrantRead': { refused: 'the bucket owner enforces ownership; ACLs are off.' },
    'PutObject.GrantFullControl': { refused: 'the bucket owner enforces ownership; ACLs are off.' },
    'PutObject.WriteOffsetBytes': { refused: 'appending is for directory buckets.' },
    'CreateBucket.ObjectLockEnabledForBucket': { refused: 'object lock is not done.' },
    'PutBucketLogging.BucketLoggingStatus': 'stored',
    'PutBucketCors.CORSConfiguration': 'stored',
  },
});

/** Bucket in the path (`/bucket/key`) or in the host (`bucket.s3.…`). "Methods for accessing a general purpose bucket". */
function addressing(request: { host: string; path: string }): Addressing {
  const host = awsName(request.host);
  const inHost = /^(.+)\.s3(?:[.-][a-z0-9-]+)*(?:\.amazonaws\.com)?$/.exec(host)?.[1];
  if (inHost) return { path: request.path, labels: { Bucket: inHost } };
  const [, bucket = '', key] = /^\/([^/]*)(\/.*)?$/.exec(request.path) ?? [];
  if (bucket === '') return { path: '/', labels: {} };
  return { path: key ?? '/', labels: { Bucket: decodeURIComponent(bucket) } };
}

function start(kernel: Kernel): Running {
  kernel.engine(bodies).sweep(kernel.engine(objectTable).files());
  for (const bucket of buckets(kernel).values()) registerHosts(kernel, bucket);
  return runLifecycleDaily(kernel);
}
