import type {
  CreateProtectionCommandInput,
  DeleteProtectionCommandInput,
  DescribeProtectionCommandInput,
  ListProtectionsCommandInput,
  ListTagsForResourceCommandInput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-shield';
import type { Context } from '../../../kernel/service.ts';
import { pageOf } from '../behaviour/pages.ts';
import { checkProtectable, resourceTypeOf } from '../behaviour/protectable.ts';
import { alreadyProtected, invalidParameter, notFound, tooManyProtections } from '../errors.ts';
import { type ProtectionRecord, protectionArn, protections, subscriptionOf } from '../state.ts';

export async function CreateProtection(ctx: Context, input: CreateProtectionCommandInput) {
  subscriptionOf(ctx, ctx);
  const { Name = '', ResourceArn = '', Tags = [] } = input;
  if (!/^[ a-zA-Z0-9_.-]{1,128}$/.test(Name)) throw invalidParameter(`The name '${Name}' is not valid.`);
  await checkProtectable(ctx, ResourceArn);
  const all = protections(ctx, ctx);
  if (all.values().some((one) => one.ResourceArn === ResourceArn)) throw alreadyProtected(ResourceArn);
  if (all.values().length >= 1000) throw tooManyProtections();
  const Id = ctx.ids.uuid();
  all.put(Id, { Id, Name, ResourceArn, Tags });
  return { ProtectionId: Id };
}

export function DescribeProtection(ctx: Context, { ProtectionId, ResourceArn }: DescribeProtectionCommandInput) {
  subscriptionOf(ctx, ctx);
  if ((ProtectionId === undefined) === (ResourceArn === undefined))
    throw invalidParameter('Either ProtectionId or ResourceArn must be given, and not both.');
  const found = protections(ctx, ctx)
    .values()
    .find((one) => one.Id === ProtectionId || one.ResourceArn === ResourceArn);
  if (!found) throw notFound('protection');
  return { Protection: described(ctx, found) };
}

export function DeleteProtection(ctx: Context, { ProtectionId = '' }: DeleteProtectionCommandInput) {
  subscriptionOf(ctx, ctx);
  if (!protections(ctx, ctx).get(ProtectionId)) throw notFound('protection');
  protections(ctx, ctx).delete(ProtectionId);
  return {};
}

export function ListProtections(ctx: Context, input: ListProtectionsCommandInput) {
  subscriptionOf(ctx, ctx);
  const { ResourceArns, ProtectionNames, ResourceTypes } = input.InclusionFilters ?? {};
  const isAmong = (wanted: readonly string[] | undefined, value: string): boolean => wanted?.includes(value) ?? true;
  const all = protections(ctx, ctx)
    .values()
    .filter(
      ({ ResourceArn, Name }) =>
        isAmong(ResourceArns, ResourceArn) &&
        isAmong(ProtectionNames, Name) &&
        isAmong(ResourceTypes, resourceTypeOf(ResourceArn)),
    );
  const { page, NextToken } = pageOf(all, input);
  return { Protections: page.map((one) => described(ctx, one)), NextToken };
}

export function TagResource(ctx: Context, { ResourceARN, Tags = [] }: TagResourceCommandInput) {
  const keys = new Set(Tags.map(({ Key }) => Key));
  retag(ctx, ResourceARN, (before) => [...before.filter(({ Key }) => !keys.has(Key)), ...Tags]);
  return {};
}

export function UntagResource(ctx: Context, { ResourceARN, TagKeys = [] }: UntagResourceCommandInput) {
  retag(ctx, ResourceARN, (before) => before.filter(({ Key = '' }) => !TagKeys.includes(Key)));
  return {};
}

export function ListTagsForResource(ctx: Context, { ResourceARN }: ListTagsForResourceCommandInput) {
  return { Tags: byArn(ctx, ResourceARN).Tags };
}

function retag(ctx: Context, arn: string | undefined, change: (before: Tag[]) => Tag[]): void {
  const record = byArn(ctx, arn);
  const Tags = change(record.Tags);
  if (Tags.length > 200) throw invalidParameter('A protection has at most 200 tags.');
  protections(ctx, ctx).put(record.Id, { ...record, Tags });
}

function byArn(ctx: Context, arn = ''): ProtectionRecord {
  subscriptionOf(ctx, ctx);
  const found = protections(ctx, ctx).get(arn.split('/').at(-1) ?? '');
  if (!found || protectionArn(ctx, found.Id) !== arn) throw notFound('resource');
  return found;
}

function described(ctx: Context, { Id, Name, ResourceArn }: ProtectionRecord) {
  return { Id, Name, ResourceArn, ProtectionArn: protectionArn(ctx, Id), HealthCheckIds: [] };
}
