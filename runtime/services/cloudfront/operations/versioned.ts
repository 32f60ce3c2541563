import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context, OperationHandler } from '../../../kernel/service.ts';
import { redeployAll } from '../behaviour/deployment.ts';
import * as kinds from '../behaviour/kinds.ts';
import {
  allOf,
  createVersioned,
  deleteVersioned,
  findVersioned,
  type Kind,
  pageOf,
  timeOf,
  updateVersioned,
} from '../behaviour/versions.ts';
import { missingBody } from '../errors.ts';
import type { Versioned } from '../state.ts';

/**
 * CloudFront has seven things that differ only in their configuration: CreateCachePolicy, GetCachePolicy,
 * GetCachePolicyConfig, UpdateCachePolicy, DeleteCachePolicy, ListCachePolicies, and the same of OriginRequestPolicy,
 * ResponseHeadersPolicy, OriginAccessControl, CloudFrontOriginAccessIdentity, PublicKey and KeyGroup. Their operations
 * are made here from one description each.
 */
export const versionedOperations: Record<string, OperationHandler> = lookupTable({
  ...operationsOf({
    noun: 'CachePolicy',
    plural: 'CachePolicies',
    path: 'cache-policy',
    kind: kinds.cachePolicyKind,
    list: policyItem,
  }),
  ...operationsOf({
    noun: 'OriginRequestPolicy',
    plural: 'OriginRequestPolicies',
    path: 'origin-request-policy',
    kind: kinds.originRequestPolicyKind,
    list: policyItem,
  }),
  ...operationsOf({
    noun: 'ResponseHeadersPolicy',
    plural: 'ResponseHeadersPolicies',
    path: 'response-headers-policy',
    kind: kinds.responseHeadersPolicyKind,
    list: policyItem,
  }),
  ...operationsOf({
    noun: 'OriginAccessControl',
    plural: 'OriginAccessControls',
    path: 'origin-access-control',
    kind: kinds.originAccessControlKind,
    list: ({ record }) => ({ Description: '', ...record.Config, Id: record.Id }),
  }),
  ...operationsOf({
    noun: 'CloudFrontOriginAccessIdentity',
    plural: 'CloudFrontOriginAccessIdentities',
    path: 'origin-access-identity/cloudfront',
    kind: kinds.originAccessIdentityKind,
    extra: (ctx) => ({ S3CanonicalUserId: ctx.ids.hex(64) }),
    list: ({ record, described }) => ({
      Id: record.Id,
      S3CanonicalUserId: described.S3CanonicalUserId,
      Comment: record.Config.Comment,
    }),
  }),
  ...operationsOf({
    noun: 'PublicKey',
    plural: 'PublicKeys',
    path: 'public-key',
    kind: kinds.publicKeyKind,
    extra: (ctx) => ({ CreatedTime: timeOf(ctx) }),
    list: ({ record, described }) => ({ ...record.Config, Id: record.Id, CreatedTime: described.CreatedTime }),
  }),
  ...operationsOf({
    noun: 'KeyGroup',
    plural: 'KeyGroups',
    path: 'key-group',
    kind: kinds.keyGroupKind,
    list: ({ described }) => ({ KeyGroup: described }),
  }),
});

interface Description<Config extends object, R extends Versioned<Config>> {
  noun: string;
  plural: string;
  /** Of the resource's Location. */
  path: string;
  kind: Kind<Config, R>;
  /** Members beside the configuration, made once. */
  extra?: (ctx: Context) => object;
  list: (item: { record: R; described: Record<string, unknown>; type: 'managed' | 'custom'; noun: string }) => object;
}

type Input = Record<string, unknown> & {
  Id?: string;
  IfMatch?: string;
  Marker?: string;
  MaxItems?: number;
  Type?: string;
};

function operationsOf<Config extends object, R extends Versioned<Config>>(
  about: Description<Config, R>,
): Record<string, OperationHandler> {
  const { noun, kind } = about;
  const configOf = (input: Input): Config => {
    const config = input[`${noun}Config`];
    if (typeof config !== 'object' || config === null) throw missingBody(`${noun}Config`);
    return config as Config;
  };
  const answer = (record: R) => ({ [noun]: describe(noun, record), ETag: record.ETag });
  return {
    [`Create${noun}`]: (ctx: Context, input: Input) => {
      const record = createVersioned(
        ctx,
        kind,
        configOf(input),
        (about.extra?.(ctx) ?? {}) as Omit<R, keyof Versioned<Config>>,
      );
      return { ...answer(record), Location: `https://cloudfront.amazonaws.com/2020-05-31/${about.path}/${record.Id}` };
    },
    [`Get${noun}`]: (ctx: Context, input: Input) => answer(findVersioned(ctx, kind, input.Id ?? '')),
    [`Get${noun}Config`]: (ctx: Context, input: Input) => {
      const record = findVersioned(ctx, kind, input.Id ?? '');
      return { [`${noun}Config`]: record.Config, ETag: record.ETag };
    },
    [`Update${noun}`]: (ctx: Context, input: Input) => {
      const record = updateVersioned(ctx, kind, {
        id: input.Id ?? '',
        ifMatch: input.IfMatch,
        config: configOf(input),
      });
      redeployAll(ctx, ctx.account);
      return answer(record);
    },
    [`Delete${noun}`]: (ctx: Context, input: Input) => {
      deleteVersioned(ctx, kind, { id: input.Id ?? '', ifMatch: input.IfMatch });
      return {};
    },
    [`List${about.plural}`]: (ctx: Context, input: Input) => ({ [`${noun}List`]: list(ctx, about, input) }),
  };
}

function list<Config extends object, R extends Versioned<Config>>(
  ctx: Context,
  about: Description<Config, R>,
  input: Input,
) {
  const items = allOf(ctx, about.kind)
    .map((record) => ({ record, type: about.kind.managed[record.Id] ? ('managed' as const) : ('custom' as const) }))
    .filter(({ type }) => input.Type === undefined || input.Type === type);
  const { page, ...rest } = pageOf(items, ({ record }) => record.Id, input);
  const Items = page.map(({ record, type }) =>
    about.list({ record, type, described: describe(about.noun, record), noun: about.noun }),
  );
  return { ...rest, Items };
}

function policyItem({ described, type, noun }: { described: object; type: string; noun: string }): object {
  return { Type: type, [noun]: described };
}

/** Times are Dates on the way out; members that a noun's shape does not have are not encoded. */
function describe<R extends Versioned<object>>(noun: string, record: R): Record<string, unknown> {
  const { ETag, Config, LastModifiedTime, ...rest } = record as R & { CreatedTime?: string };
  const { CreatedTime, ...others } = rest as { CreatedTime?: string };
  return {
    ...others,
    LastModifiedTime: new Date(LastModifiedTime),
    ...(CreatedTime === undefined ? {} : { CreatedTime: new Date(CreatedTime) }),
    [`${noun}Config`]: Config,
  };
}
