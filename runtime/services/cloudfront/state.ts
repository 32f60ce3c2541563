import type {
  CachePolicyConfig,
  CloudFrontOriginAccessIdentityConfig,
  DistributionConfig,
  FunctionConfig,
  InvalidationBatch,
  KeyGroupConfig,
  OriginAccessControlConfig,
  OriginRequestPolicyConfig,
  PublicKeyConfig,
  ResponseHeadersPolicyConfig,
  Tag,
} from '@aws-sdk/client-cloudfront';
import { formatArn } from '../../kernel/arn.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';

/** CloudFront is global: its records have no region. Times are ISO texts, for records are JSON. */
export interface Distribution {
  Id: string;
  ARN: string;
  DomainName: string;
  ETag: string;
  LastModifiedTime: string;
  DistributionConfig: DistributionConfig;
  Tags: Tag[];
  account: string;
}

/** Anything with an ETag that a client has to name to change it. */
export interface Versioned<Config> {
  Id: string;
  ETag: string;
  LastModifiedTime: string;
  Config: Config;
}

export type CachePolicy = Versioned<CachePolicyConfig>;
export type OriginRequestPolicy = Versioned<OriginRequestPolicyConfig>;
export type ResponseHeadersPolicy = Versioned<ResponseHeadersPolicyConfig>;
export type OriginAccessControl = Versioned<OriginAccessControlConfig>;
export type OriginAccessIdentity = Versioned<CloudFrontOriginAccessIdentityConfig> & { S3CanonicalUserId: string };
export type PublicKey = Versioned<PublicKeyConfig>;
export type KeyGroup = Versioned<KeyGroupConfig>;

/** One stage of a function; LIVE is there once it was published. */
export interface FunctionStageRecord {
  ETag: string;
  LastModifiedTime: string;
  FunctionConfig: FunctionConfig;
  /** base64 */
  code: string;
}

export interface FunctionRecord {
  Name: string;
  FunctionARN: string;
  CreatedTime: string;
  DEVELOPMENT: FunctionStageRecord;
  LIVE: FunctionStageRecord | undefined;
  Tags: Tag[];
}

export interface InvalidationRecord {
  Id: string;
  DistributionId: string;
  CreateTime: string;
  InvalidationBatch: InvalidationBatch;
}

type Owner = { account: string };
type Stored = Pick<Kernel, 'store'>;

function records<T extends object>(name: string): (kernel: Stored, owner: Owner) => Collection<T> {
  return (kernel, { account }) => kernel.store.collection<T>(`cloudfront.${name}`, { account, region: '' });
}

export const distributions = records<Distribution>('distributions');
export const cachePolicies = records<CachePolicy>('cache-policies');
export const originRequestPolicies = records<OriginRequestPolicy>('origin-request-policies');
export const responseHeadersPolicies = records<ResponseHeadersPolicy>('response-headers-policies');
export const originAccessControls = records<OriginAccessControl>('origin-access-controls');
export const originAccessIdentities = records<OriginAccessIdentity>('origin-access-identities');
export const publicKeys = records<PublicKey>('public-keys');
export const keyGroups = records<KeyGroup>('key-groups');
export const functions = records<FunctionRecord>('functions');
/** Keyed `distribution/invalidation`. */
export const invalidations = records<InvalidationRecord>('invalidations');

export function distributionArn(account: string, id: string): string {
  return formatArn('cloudfront', '', account, `distribution/${id}`);
}

export function functionArn(account: string, name: string): string {
  return formatArn('cloudfront', '', account, `function/${name}`);
}
