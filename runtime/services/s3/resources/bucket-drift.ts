import { AwsError } from '../../../kernel/errors.ts';
import type { ReadProperties, ResourceContext } from '../../../kernel/resource.ts';
import type { CorsRule } from '../behaviour/cors-rules.ts';
import type { LifecycleRule } from '../behaviour/lifecycle-dates.ts';
import type { BucketProperties } from './bucket-configurations.ts';

type Loose = Record<string, unknown>;

/** For drift: what the API can be asked back, in the template's terms. Undefined when the bucket is gone. */
export async function readBucket(
  ctx: ResourceContext,
  Bucket: string,
): Promise<ReadProperties<BucketProperties> | undefined> {
  const ask = <Output>(operation: string): Promise<Output | undefined> =>
    ctx.call<Output>('s3', operation, { Bucket }).catch((error: unknown) => {
      if (error instanceof AwsError && error.status === 404) return undefined;
      throw error;
    });
  if (!(await ask('GetBucketLocation'))) return undefined;
  const versioning = await ask<{ Status?: string }>('GetBucketVersioning');
  const access = await ask<{ PublicAccessBlockConfiguration: object }>('GetPublicAccessBlock');
  const ownership = await ask<{ OwnershipControls: { Rules: object[] } }>('GetBucketOwnershipControls');
  const lifecycle = await ask<{ Rules: LifecycleRule[] }>('GetBucketLifecycleConfiguration');
  const cors = await ask<{ CORSRules: CorsRule[] }>('GetBucketCors');
  return {
    BucketName: Bucket,
    VersioningConfiguration: versioning?.Status ? { Status: versioning.Status } : undefined,
    PublicAccessBlockConfiguration: access?.PublicAccessBlockConfiguration,
    OwnershipControls: ownership?.OwnershipControls,
    LifecycleConfiguration: lifecycle && { Rules: lifecycleProperty(lifecycle.Rules) },
    CorsConfiguration: cors && { CorsRules: corsProperty(cors.CORSRules) },
  };
}

/** Lifecycle rules as a template has them, from the API's form. */
function lifecycleProperty(rules: LifecycleRule[]): Loose[] {
  return rules.map((rule) => {
    const filter = { ...rule.Filter, ...rule.Filter?.And };
    const tags = [...(rule.Filter?.And?.Tags ?? []), ...(rule.Filter?.Tag ? [rule.Filter.Tag] : [])];
    return present({
      Id: rule.ID,
      Status: rule.Status,
      Prefix: (rule.Prefix ?? filter.Prefix) || undefined,
      TagFilters: tags.length > 0 ? tags : undefined,
      ObjectSizeGreaterThan: filter.ObjectSizeGreaterThan,
      ObjectSizeLessThan: filter.ObjectSizeLessThan,
      ExpirationInDays: rule.Expiration?.Days,
      ExpirationDate: rule.Expiration?.Date && new Date(rule.Expiration.Date).toISOString(),
      ExpiredObjectDeleteMarker: rule.Expiration?.ExpiredObjectDeleteMarker,
      Transitions: rule.Transitions?.map(({ StorageClass, Days, Date: date }) =>
        present({ StorageClass, TransitionInDays: Days, TransitionDate: date && new Date(date).toISOString() }),
      ),
      NoncurrentVersionTransitions: rule.NoncurrentVersionTransitions?.map(
        ({ StorageClass, NoncurrentDays, NewerNoncurrentVersions }) =>
          present({ StorageClass, TransitionInDays: NoncurrentDays, NewerNoncurrentVersions }),
      ),
      NoncurrentVersionExpiration: rule.NoncurrentVersionExpiration,
      AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload,
    });
  });
}

function corsProperty(rules: CorsRule[]): Loose[] {
  return rules.map(({ ID, MaxAgeSeconds, ExposeHeaders, ...rule }) =>
    present({ ...rule, Id: ID, MaxAge: MaxAgeSeconds, ExposedHeaders: ExposeHeaders }),
  );
}

function present(members: Loose): Loose {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
