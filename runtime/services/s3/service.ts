import { defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { addressing } from './addressing.ts';
import { authorize } from './authorization.ts';
import { accessLogs, keepAccessLogs } from './behaviour/access-logs.ts';
import { aroundApi } from './behaviour/around-api.ts';
import { bodies } from './behaviour/bodies.ts';
import { registerHosts } from './behaviour/hosts.ts';
import { runLifecycleDaily } from './behaviour/lifecycle.ts';
import { objectTable } from './behaviour/object-table.ts';
import { beyondModel } from './behaviour/response-ids.ts';
import { publishStorageMetrics } from './behaviour/storage-metrics.ts';
import { meterCall, standing } from './behaviour/usage.ts';
import { fidelity } from './fidelity.ts';
import * as accessControl from './operations/access-control.ts';
import * as attributes from './operations/attributes.ts';
import * as bucketOperations from './operations/buckets.ts';
import * as configurations from './operations/configurations.ts';
import { CopyObject } from './operations/copies.ts';
import * as fixedConfigurations from './operations/fixed-configurations.ts';
import { ListObjects, ListObjectsV2 } from './operations/listing.ts';
import {
  AbortMultipartUpload,
  CompleteMultipartUpload,
  CreateMultipartUpload,
  UploadPart,
  UploadPartCopy,
} from './operations/multipart.ts';
import * as notifications from './operations/notifications.ts';
import * as objectLocks from './operations/object-locks.ts';
import { DeleteObject, DeleteObjects, GetObject, HeadObject, PutObject } from './operations/objects.ts';
import * as policies from './operations/policies.ts';
import { RestoreObject } from './operations/restores.ts';
import * as tags from './operations/tags.ts';
import * as uploadListing from './operations/upload-listing.ts';
import * as versionListing from './operations/version-listing.ts';
import { Bucket } from './resources/Bucket.ts';
import { BucketPolicy } from './resources/BucketPolicy.ts';
import { buckets } from './state.ts';

export default defineService({
  name: 's3',
  actionPrefix: 's3',
  operations: {
    ...bucketOperations,
    ...configurations,
    ...fixedConfigurations,
    ...policies,
    ...accessControl,
    ...notifications,
    ...tags,
    ...objectLocks,
    ...attributes,
    ...uploadListing,
    ...versionListing,
    PutObject,
    GetObject,
    HeadObject,
    DeleteObject,
    DeleteObjects,
    CopyObject,
    RestoreObject,
    ListObjects,
    ListObjectsV2,
    CreateMultipartUpload,
    UploadPart,
    UploadPartCopy,
    CompleteMultipartUpload,
    AbortMultipartUpload,
  },
  resources: [Bucket, BucketPolicy],
  authorization(operation, input, ctx) {
    // The first that S3 hears of a request: refused ones are logged too.
    ctx.engine(accessLogs).opened(ctx, input);
    return authorize(operation, input, ctx);
  },
  accessDenied: { code: 'AccessDenied', status: 403 },
  anonymous: 'allowed',
  addressing,
  around: aroundApi,
  beyondModel,
  start,
  usage: { calls: meterCall, standing },
  fidelity,
});

function start(kernel: Kernel): Running {
  kernel.engine(bodies).sweep(kernel.engine(objectTable).files());
  for (const bucket of buckets(kernel).values()) registerHosts(kernel, bucket);
  const running = [runLifecycleDaily(kernel), publishStorageMetrics(kernel), keepAccessLogs(kernel)];
  return {
    stop() {
      for (const one of running) void one.stop();
    },
  };
}
