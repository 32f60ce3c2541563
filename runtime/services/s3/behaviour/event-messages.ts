import { defineEngine } from '../../../kernel/engine.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { type Bucket, bucketArn, ownerOf } from '../state.ts';
import type { StoredObject } from './object-table.ts';
import { hostId } from './response-ids.ts';

export interface Happening {
  /** e.g. ObjectCreated:Put */
  event: string;
  object: StoredObject;
  /** Of nextSequencer(). */
  sequencer: string;
}

/** "Event message structure", version 2.1. */
export function eventRecord(
  ctx: Context,
  bucket: Bucket,
  { event, object, sequencer }: Happening,
  configurationId: string,
): object {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: new Date(ctx.clock.now()).toISOString(),
    eventName: event,
    userIdentity: { principalId: principalId(ctx.principal) },
    requestParameters: { sourceIPAddress: sourceAddress(ctx) },
    responseElements: { 'x-amz-request-id': ctx.requestId, 'x-amz-id-2': ctx.engine(hostId) },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: {
        name: bucket.Name,
        ownerIdentity: { principalId: ownerOf(bucket.account).ID },
        arn: bucketArn(bucket.Name),
      },
      object: {
        key: encodeURIComponent(object.key).replaceAll('%20', '+').replaceAll('%2F', '/'),
        ...(event.startsWith('ObjectRemoved') ? {} : { size: object.size, eTag: object.etag }),
        ...(bucket.versioning ? { versionId: object.versionId } : {}),
        sequencer,
      },
    },
  };
}

/** Hexadecimal, greater for later events: the time, and a count within its millisecond. */
export function nextSequencer(ctx: Context): string {
  const sequence = ctx.engine(sequences);
  sequence.last = Math.max(sequence.last + 1, Math.floor(ctx.clock.now()) * 1024);
  return sequence.last.toString(16).toUpperCase().padStart(18, '0');
}

const sequences = defineEngine('s3.sequences', () => ({ last: 0 }));

function principalId(principal: Principal): string {
  if (principal.kind === 'session') return `AWS:${principal.roleId}:${principal.sessionName}`;
  if (principal.kind === 'user') return `AWS:${principal.userId}`;
  if (principal.kind === 'service') return principal.service;
  return principal.kind === 'root' ? principal.account : 'Anonymous';
}

function sourceAddress(ctx: Context): string {
  return ctx.http?.clientIp ?? '127.0.0.1';
}

const detailTypes: [event: string, type: string, reason: string][] = [
  ['ObjectCreated:Put', 'Object Created', 'PutObject'],
  ['ObjectCreated:Post', 'Object Created', 'POST Object'],
  ['ObjectCreated:Copy', 'Object Created', 'CopyObject'],
  ['ObjectCreated:CompleteMultipartUpload', 'Object Created', 'CompleteMultipartUpload'],
  ['ObjectRemoved:', 'Object Deleted', 'DeleteObject'],
  ['LifecycleExpiration:', 'Object Deleted', 'Lifecycle Expiration'],
  ['LifecycleTransition', 'Object Storage Class Changed', ''],
  ['ObjectTagging:Put', 'Object Tags Added', ''],
  ['ObjectTagging:Delete', 'Object Tags Deleted', ''],
];

/** "EventBridge event message structure". */
export function eventBridgeEntry(
  ctx: Context,
  bucket: Bucket,
  { event, object, sequencer }: Happening,
): object | undefined {
  const found = detailTypes.find(([start]) => event.startsWith(start));
  if (!found) return undefined;
  const [, DetailType, reason] = found;
  const removal = DetailType === 'Object Deleted';
  const byLifecycle = event.startsWith('Lifecycle');
  return {
    Source: 'aws.s3',
    DetailType,
    Time: new Date(ctx.clock.now()),
    Resources: [bucketArn(bucket.Name)],
    Detail: JSON.stringify({
      version: '0',
      bucket: { name: bucket.Name },
      object: {
        key: object.key,
        ...(removal ? {} : { size: object.size }),
        ...(object.etag ? { etag: object.etag } : {}),
        ...(bucket.versioning ? { 'version-id': object.versionId } : {}),
        sequencer,
      },
      'request-id': ctx.requestId,
      requester: byLifecycle ? 's3.amazonaws.com' : 'account' in ctx.principal ? ctx.principal.account : 'Anonymous',
      ...(byLifecycle ? {} : { 'source-ip-address': sourceAddress(ctx) }),
      ...(reason ? { reason } : {}),
      ...(removal
        ? { 'deletion-type': event.endsWith('DeleteMarkerCreated') ? 'Delete Marker Created' : 'Permanently Deleted' }
        : {}),
      ...(event === 'LifecycleTransition' ? { 'destination-storage-class': object.storageClass } : {}),
    }),
  };
}
