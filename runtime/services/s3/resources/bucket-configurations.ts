import type { ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';
import { lifecycleOf } from './lifecycle-rules.ts';
import { notificationsOf } from './notification-targets.ts';
import { websiteOf } from './website-rules.ts';

export interface BucketProperties {
  BucketName?: string;
  AccessControl?: string;
  VersioningConfiguration?: { Status?: string };
  ObjectLockEnabled?: boolean | string;
  ObjectLockConfiguration?: {
    ObjectLockEnabled?: string;
    Rule?: { DefaultRetention?: { Mode?: string; Days?: number; Years?: number } };
  };
  BucketEncryption?: {
    ServerSideEncryptionConfiguration?: {
      ServerSideEncryptionByDefault?: object;
      BucketKeyEnabled?: boolean | string;
    }[];
  };
  PublicAccessBlockConfiguration?: object;
  OwnershipControls?: { Rules?: object[] };
  LifecycleConfiguration?: { Rules?: Record<string, unknown>[]; TransitionDefaultMinimumObjectSize?: string };
  LoggingConfiguration?: { DestinationBucketName?: string; LogFilePrefix?: string; TargetObjectKeyFormat?: object };
  CorsConfiguration?: { CorsRules?: Record<string, unknown>[] };
  WebsiteConfiguration?: Record<string, unknown>;
  NotificationConfiguration?: Record<string, unknown>;
  Tags?: { Key: string; Value: string }[];
}

type Call = (operation: string, input?: object) => Promise<unknown>;

/** A configuration as the API puts it, and what there is once a template has it no more. */
interface Configuration {
  property: keyof BucketProperties;
  put(call: Call, properties: BucketProperties, bucket: string): Promise<unknown>;
  remove(call: Call): Promise<unknown>;
}

/** In the order they depend on one another: a lock needs versioning. */
const configurations: Configuration[] = [
  {
    property: 'VersioningConfiguration',
    put: (call, { VersioningConfiguration }) => call('PutBucketVersioning', { VersioningConfiguration }),
    remove: (call) => call('PutBucketVersioning', { VersioningConfiguration: { Status: 'Suspended' } }),
  },
  {
    property: 'ObjectLockConfiguration',
    put: (call, { ObjectLockConfiguration: lock }) =>
      call('PutObjectLockConfiguration', { ObjectLockConfiguration: lockOf(lock) }),
    remove: (call) => call('PutObjectLockConfiguration', { ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } }),
  },
  {
    property: 'OwnershipControls',
    put: (call, { OwnershipControls }) => call('PutBucketOwnershipControls', { OwnershipControls }),
    remove: (call) =>
      call('PutBucketOwnershipControls', {
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      }),
  },
  {
    property: 'PublicAccessBlockConfiguration',
    put: (call, { PublicAccessBlockConfiguration = {} }) =>
      call('PutPublicAccessBlock', { PublicAccessBlockConfiguration: booleans(PublicAccessBlockConfiguration) }),
    // As a new bucket has it.
    remove: (call) =>
      call('PutPublicAccessBlock', {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        },
      }),
  },
  {
    property: 'BucketEncryption',
    put: (call, properties) =>
      call('PutBucketEncryption', { ServerSideEncryptionConfiguration: encryptionOf(properties) }),
    remove: (call) => call('DeleteBucketEncryption'),
  },
  {
    property: 'LifecycleConfiguration',
    put(call, { LifecycleConfiguration: lifecycle }) {
      const { Rules = [], TransitionDefaultMinimumObjectSize } = lifecycle ?? {};
      return call('PutBucketLifecycleConfiguration', {
        LifecycleConfiguration: lifecycleOf(Rules),
        TransitionDefaultMinimumObjectSize,
      });
    },
    remove: (call) => call('DeleteBucketLifecycle'),
  },
  {
    property: 'CorsConfiguration',
    put: (call, properties) => call('PutBucketCors', { CORSConfiguration: corsOf(properties) }),
    remove: (call) => call('DeleteBucketCors'),
  },
  {
    property: 'WebsiteConfiguration',
    put: (call, { WebsiteConfiguration }) =>
      call('PutBucketWebsite', { WebsiteConfiguration: websiteOf(WebsiteConfiguration ?? {}) }),
    remove: (call) => call('DeleteBucketWebsite'),
  },
  {
    property: 'LoggingConfiguration',
    put: (call, properties, bucket) => call('PutBucketLogging', { BucketLoggingStatus: loggingOf(properties, bucket) }),
    remove: (call) => call('PutBucketLogging', { BucketLoggingStatus: {} }),
  },
  {
    property: 'NotificationConfiguration',
    put: (call, { NotificationConfiguration }) =>
      call('PutBucketNotificationConfiguration', {
        NotificationConfiguration: notificationsOf(NotificationConfiguration ?? {}),
      }),
    remove: (call) => call('PutBucketNotificationConfiguration', { NotificationConfiguration: {} }),
  },
];

/** Each configuration that the template has and that has changed is put; one it had before and has no more is taken away. */
export async function configure(
  ctx: ResourceContext,
  Bucket: string,
  now: BucketProperties,
  before: BucketProperties,
): Promise<void> {
  const call: Call = (operation, input = {}) => ctx.call('s3', operation, { Bucket, ...input });
  for (const { property, put, remove } of configurations) {
    if (JSON.stringify(now[property]) === JSON.stringify(before[property])) continue;
    await (now[property] === undefined ? remove(call) : put(call, now, Bucket));
  }
  const tags = tagListOf(ctx, now.Tags);
  if (tags.length > 0) await call('PutBucketTagging', { Tagging: { TagSet: tags } });
  else if (before.Tags?.length) await call('DeleteBucketTagging');
}

function lockOf(lock: BucketProperties['ObjectLockConfiguration']): object {
  const { Mode, Days, Years } = lock?.Rule?.DefaultRetention ?? {};
  const DefaultRetention = {
    Mode,
    ...(Days === undefined ? {} : { Days: Number(Days) }),
    ...(Years === undefined ? {} : { Years: Number(Years) }),
  };
  return { ObjectLockEnabled: 'Enabled', ...(lock?.Rule ? { Rule: { DefaultRetention } } : {}) };
}

/** Templates may give booleans as text. */
function booleans(members: object): object {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value) === 'true']));
}

function encryptionOf({ BucketEncryption }: BucketProperties): object {
  const rules = BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
  return {
    Rules: rules.map(({ ServerSideEncryptionByDefault, BucketKeyEnabled }) => ({
      ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
      ...(BucketKeyEnabled === undefined ? {} : { BucketKeyEnabled: String(BucketKeyEnabled) === 'true' }),
    })),
  };
}

function corsOf({ CorsConfiguration }: BucketProperties): object {
  const rules = CorsConfiguration?.CorsRules ?? [];
  return {
    CORSRules: rules.map(({ Id, MaxAge, ExposedHeaders, ...rule }) => ({
      ...rule,
      ID: Id,
      MaxAgeSeconds: MaxAge === undefined ? undefined : Number(MaxAge),
      ExposeHeaders: ExposedHeaders,
    })),
  };
}

function loggingOf({ LoggingConfiguration: logging = {} }: BucketProperties, own: string): object {
  const { DestinationBucketName, LogFilePrefix = '', TargetObjectKeyFormat } = logging;
  return {
    LoggingEnabled: {
      TargetBucket: DestinationBucketName ?? own,
      TargetPrefix: LogFilePrefix,
      ...(TargetObjectKeyFormat ? { TargetObjectKeyFormat } : {}),
    },
  };
}
