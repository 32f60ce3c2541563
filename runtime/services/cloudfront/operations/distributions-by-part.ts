import type {
  DefaultCacheBehavior,
  ListDistributionsByCachePolicyIdCommandInput,
  ListDistributionsByKeyGroupCommandInput,
  ListDistributionsByOriginRequestPolicyIdCommandInput,
  ListDistributionsByResponseHeadersPolicyIdCommandInput,
} from '@aws-sdk/client-cloudfront';
import type { Context } from '../../../kernel/service.ts';
import {
  cachePolicyKind,
  keyGroupKind,
  originRequestPolicyKind,
  responseHeadersPolicyKind,
} from '../behaviour/kinds.ts';
import { findVersioned, pageOf } from '../behaviour/versions.ts';
import { type Distribution, distributions } from '../state.ts';

export function ListDistributionsByCachePolicyId(ctx: Context, input: ListDistributionsByCachePolicyIdCommandInput) {
  findVersioned(ctx, cachePolicyKind, input.CachePolicyId ?? '');
  return idsOf(ctx, input, (behaviour) => behaviour.CachePolicyId === input.CachePolicyId);
}

export function ListDistributionsByOriginRequestPolicyId(
  ctx: Context,
  input: ListDistributionsByOriginRequestPolicyIdCommandInput,
) {
  findVersioned(ctx, originRequestPolicyKind, input.OriginRequestPolicyId ?? '');
  return idsOf(ctx, input, (behaviour) => behaviour.OriginRequestPolicyId === input.OriginRequestPolicyId);
}

export function ListDistributionsByResponseHeadersPolicyId(
  ctx: Context,
  input: ListDistributionsByResponseHeadersPolicyIdCommandInput,
) {
  findVersioned(ctx, responseHeadersPolicyKind, input.ResponseHeadersPolicyId ?? '');
  return idsOf(ctx, input, (behaviour) => behaviour.ResponseHeadersPolicyId === input.ResponseHeadersPolicyId);
}

export function ListDistributionsByKeyGroup(ctx: Context, input: ListDistributionsByKeyGroupCommandInput) {
  findVersioned(ctx, keyGroupKind, input.KeyGroupId ?? '');
  return idsOf(
    ctx,
    input,
    (behaviour) => behaviour.TrustedKeyGroups?.Items?.includes(String(input.KeyGroupId)) ?? false,
  );
}

type Page = { Marker?: string | undefined; MaxItems?: number | undefined };

function idsOf(ctx: Context, input: Page, uses: (behaviour: DefaultCacheBehavior) => boolean) {
  const found = distributions(ctx, ctx)
    .values()
    .filter((distribution) => behavioursOf(distribution).some(uses));
  const { page, ...list } = pageOf(found, (distribution) => distribution.Id, input);
  return { DistributionIdList: { ...list, Items: page.map((distribution) => distribution.Id) } };
}

function behavioursOf({ DistributionConfig: config }: Distribution): DefaultCacheBehavior[] {
  return [
    ...(config.DefaultCacheBehavior ? [config.DefaultCacheBehavior] : []),
    ...(config.CacheBehaviors?.Items ?? []),
  ];
}
