import { isDeepStrictEqual } from 'node:util';
import type {
  CreateDistributionCommandInput,
  CreateDistributionWithTagsCommandInput,
  DeleteDistributionCommandInput,
  DistributionConfig,
  GetDistributionCommandInput,
  ListDistributionsByWebACLIdCommandInput,
  ListDistributionsCommandInput,
  Tag,
  UpdateDistributionCommandInput,
} from '@aws-sdk/client-cloudfront';
import { firewalls } from '../../../data-planes/waf/firewalls.ts';
import type { Context } from '../../../kernel/service.ts';
import { withDefaults } from '../behaviour/defaults.ts';
import { deploy, withdraw } from '../behaviour/deployment.ts';
import { checkDistribution } from '../behaviour/distribution-rules.ts';
import { checkVersion, newETag, pageOf, timeOf } from '../behaviour/versions.ts';
import {
  distributionAlreadyExists,
  distributionNotDisabled,
  illegalUpdate,
  invalidWebAclId,
  missingBody,
  noSuchDistribution,
} from '../errors.ts';
import { type Distribution, distributionArn, distributions, invalidations, keyGroups } from '../state.ts';

export function CreateDistribution(ctx: Context, input: CreateDistributionCommandInput) {
  return created(ctx, create(ctx, input.DistributionConfig, []));
}

export function CreateDistributionWithTags(ctx: Context, input: CreateDistributionWithTagsCommandInput) {
  const both = input.DistributionConfigWithTags;
  return created(ctx, create(ctx, both?.DistributionConfig, both?.Tags?.Items ?? []));
}

export function GetDistribution(ctx: Context, input: GetDistributionCommandInput) {
  const record = find(ctx, input.Id);
  return { Distribution: describe(ctx, record), ETag: record.ETag };
}

export function GetDistributionConfig(ctx: Context, input: GetDistributionCommandInput) {
  const record = find(ctx, input.Id);
  return { DistributionConfig: record.DistributionConfig, ETag: record.ETag };
}

export function UpdateDistribution(ctx: Context, input: UpdateDistributionCommandInput) {
  const record = find(ctx, input.Id);
  if (!input.DistributionConfig) throw missingBody('DistributionConfig');
  checkVersion(record.ETag, input.IfMatch);
  const config = kept(input.DistributionConfig);
  if (config.CallerReference !== record.DistributionConfig.CallerReference) throw illegalUpdate();
  checkDistribution(ctx, { ...input.DistributionConfig, ...config }, record.Id);
  const updated = isDeepStrictEqual(config, record.DistributionConfig)
    ? record
    : { ...record, DistributionConfig: config, ETag: newETag(ctx), LastModifiedTime: timeOf(ctx) };
  distributions(ctx, ctx).put(updated.Id, updated);
  deploy(ctx, updated);
  return { Distribution: describe(ctx, updated), ETag: updated.ETag };
}

export function DeleteDistribution(ctx: Context, input: DeleteDistributionCommandInput) {
  const record = find(ctx, input.Id);
  checkVersion(record.ETag, input.IfMatch);
  if (record.DistributionConfig.Enabled) throw distributionNotDisabled();
  distributions(ctx, ctx).delete(record.Id);
  for (const [key, invalidation] of invalidations(ctx, ctx).entries())
    if (invalidation.DistributionId === record.Id) invalidations(ctx, ctx).delete(key);
  withdraw(ctx, record);
  return {};
}

export function ListDistributions(ctx: Context, input: ListDistributionsCommandInput) {
  const { page, ...list } = pageOf(distributions(ctx, ctx).values(), (record) => record.Id, input);
  return { DistributionList: { ...list, Items: page.map(summarise) } };
}

/** Those that an ACL guards; `null` asks for those that none does ("ListDistributionsByWebACLId"). */
export function ListDistributionsByWebACLId(ctx: Context, input: ListDistributionsByWebACLIdCommandInput) {
  const wanted = input.WebACLId === 'null' ? '' : (input.WebACLId ?? '');
  if (wanted !== '' && !ctx.engine(firewalls).has(wanted)) throw invalidWebAclId();
  const found = distributions(ctx, ctx)
    .values()
    .filter(({ DistributionConfig }) => (DistributionConfig.WebACLId ?? '') === wanted);
  const { page, ...list } = pageOf(found, ({ Id }) => Id, input);
  return { DistributionList: { ...list, Items: page.map(summarise) } };
}

function create(ctx: Context, given: DistributionConfig | undefined, tags: Tag[]): Distribution {
  if (!given) throw missingBody('DistributionConfig');
  const config = kept(given);
  const same = distributions(ctx, ctx)
    .values()
    .find((record) => record.DistributionConfig.CallerReference === config.CallerReference);
  if (same) {
    // Repeating a request gives the distribution it made; the same reference with other content is refused.
    if (isDeepStrictEqual(config, same.DistributionConfig)) return same;
    throw distributionAlreadyExists();
  }
  checkDistribution(ctx, { ...given, ...config });
  const Id = `E${ctx.ids.upper(13)}`;
  const record: Distribution = {
    Id,
    ARN: distributionArn(ctx.account, Id),
    DomainName: `d${ctx.ids.lower(13)}.cloudfront.net`,
    ETag: newETag(ctx),
    LastModifiedTime: timeOf(ctx),
    DistributionConfig: config,
    Tags: tags,
    account: ctx.account,
  };
  distributions(ctx, ctx).put(Id, record);
  deploy(ctx, record);
  return record;
}

/** As it is stored: defaults filled in, and nothing that JSON does not hold, so that two of them can be compared. */
function kept(config: DistributionConfig): DistributionConfig {
  return JSON.parse(JSON.stringify(withDefaults(config))) as DistributionConfig;
}

function find(ctx: Context, id: string | undefined): Distribution {
  const record = distributions(ctx, ctx).get(id ?? '');
  if (!record) throw noSuchDistribution();
  return record;
}

function created(ctx: Context, record: Distribution) {
  return {
    Distribution: describe(ctx, record),
    Location: `https://cloudfront.amazonaws.com/2020-05-31/distribution/${record.Id}`,
    ETag: record.ETag,
  };
}

function describe(ctx: Context, record: Distribution) {
  const behaviours = [
    record.DistributionConfig.DefaultCacheBehavior,
    ...(record.DistributionConfig.CacheBehaviors?.Items ?? []),
  ];
  const groups = [...new Set(behaviours.flatMap((behaviour) => behaviour?.TrustedKeyGroups?.Items ?? []))];
  const active = groups.map((KeyGroupId) => {
    const keys = keyGroups(ctx, ctx).get(KeyGroupId)?.Config.Items ?? [];
    return { KeyGroupId, KeyPairIds: { Quantity: keys.length, Items: keys } };
  });
  return {
    Id: record.Id,
    ARN: record.ARN,
    Status: 'Deployed',
    LastModifiedTime: new Date(record.LastModifiedTime),
    InProgressInvalidationBatches: 0,
    DomainName: record.DomainName,
    ActiveTrustedSigners: { Enabled: false, Quantity: 0 },
    ActiveTrustedKeyGroups: {
      Enabled: active.length > 0,
      Quantity: active.length,
      ...(active.length > 0 ? { Items: active } : {}),
    },
    DistributionConfig: record.DistributionConfig,
  };
}

function summarise(record: Distribution) {
  const { CallerReference, DefaultRootObject, Logging, ContinuousDeploymentPolicyId, ...config } =
    record.DistributionConfig;
  return {
    ...config,
    Id: record.Id,
    ARN: record.ARN,
    ETag: record.ETag,
    Status: 'Deployed',
    LastModifiedTime: new Date(record.LastModifiedTime),
    DomainName: record.DomainName,
  };
}
