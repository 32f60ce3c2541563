import type {
  ListInstanceProfileTagsCommandInput,
  ListPolicyTagsCommandInput,
  ListRoleTagsCommandInput,
  ListUserTagsCommandInput,
  TagInstanceProfileCommandInput,
  TagPolicyCommandInput,
  TagRoleCommandInput,
  TagUserCommandInput,
  UntagInstanceProfileCommandInput,
  UntagPolicyCommandInput,
  UntagRoleCommandInput,
  UntagUserCommandInput,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import { checkTags } from '../behaviour/names.ts';
import { type PageRequest, pageOf } from '../behaviour/pages.ts';
import { limitExceeded, noSuchEntity } from '../errors.ts';
import { instanceProfileRecords, policyRecords, roleRecords, type Tag, userRecords } from '../state.ts';

type Taggable = 'role' | 'user' | 'policy' | 'instanceProfile';

export function TagRole(ctx: Context, input: TagRoleCommandInput): void {
  tag(ctx, 'role', input.RoleName, input.Tags);
}

export function UntagRole(ctx: Context, input: UntagRoleCommandInput): void {
  untag(ctx, 'role', input.RoleName, input.TagKeys);
}

export function ListRoleTags(ctx: Context, input: ListRoleTagsCommandInput): object {
  return list(ctx, 'role', input.RoleName, input);
}

export function TagUser(ctx: Context, input: TagUserCommandInput): void {
  tag(ctx, 'user', input.UserName, input.Tags);
}

export function UntagUser(ctx: Context, input: UntagUserCommandInput): void {
  untag(ctx, 'user', input.UserName, input.TagKeys);
}

export function ListUserTags(ctx: Context, input: ListUserTagsCommandInput): object {
  return list(ctx, 'user', input.UserName, input);
}

export function TagPolicy(ctx: Context, input: TagPolicyCommandInput): void {
  tag(ctx, 'policy', input.PolicyArn, input.Tags);
}

export function UntagPolicy(ctx: Context, input: UntagPolicyCommandInput): void {
  untag(ctx, 'policy', input.PolicyArn, input.TagKeys);
}

export function ListPolicyTags(ctx: Context, input: ListPolicyTagsCommandInput): object {
  return list(ctx, 'policy', input.PolicyArn, input);
}

export function TagInstanceProfile(ctx: Context, input: TagInstanceProfileCommandInput): void {
  tag(ctx, 'instanceProfile', input.InstanceProfileName, input.Tags);
}

export function UntagInstanceProfile(ctx: Context, input: UntagInstanceProfileCommandInput): void {
  untag(ctx, 'instanceProfile', input.InstanceProfileName, input.TagKeys);
}

export function ListInstanceProfileTags(ctx: Context, input: ListInstanceProfileTagsCommandInput): object {
  return list(ctx, 'instanceProfile', input.InstanceProfileName, input);
}

type TagInput = { Key?: string | undefined; Value?: string | undefined }[] | undefined;

/** A tag of the same key, without regard to case, is replaced. */
function tag(ctx: Context, kind: Taggable, name: string | undefined, tags: TagInput): void {
  const { records, key, record } = find(ctx, kind, name);
  const added = checkTags(tags);
  const replaced = new Set(added.map(({ Key }) => Key.toLowerCase()));
  const Tags = [...record.Tags.filter(({ Key }) => !replaced.has(Key.toLowerCase())), ...added];
  if (Tags.length > 50) throw limitExceeded('The number of tags has reached the maximum limit.');
  records.put(key, { ...record, Tags });
}

function untag(ctx: Context, kind: Taggable, name: string | undefined, tagKeys: string[] | undefined): void {
  const { records, key, record } = find(ctx, kind, name);
  const removed = new Set((tagKeys ?? []).map((tagKey) => tagKey.toLowerCase()));
  records.put(key, { ...record, Tags: record.Tags.filter(({ Key }) => !removed.has(Key.toLowerCase())) });
}

function list(ctx: Context, kind: Taggable, name: string | undefined, request: PageRequest): object {
  const { items, ...rest } = pageOf(find(ctx, kind, name).record.Tags, ({ Key }) => Key, request);
  return { Tags: items, ...rest };
}

interface Tagged {
  Tags: Tag[];
}

function find(ctx: Context, kind: Taggable, name = ''): { records: Collection<Tagged>; key: string; record: Tagged } {
  const collections = {
    role: roleRecords,
    user: userRecords,
    policy: policyRecords,
    instanceProfile: instanceProfileRecords,
  };
  const records = collections[kind](ctx.store, ctx.account) as Collection<Tagged>;
  const key = kind === 'policy' ? name : name.toLowerCase();
  const record = records.get(key);
  if (record) return { records, key, record };
  if (kind === 'policy') throw noSuchEntity(`Policy ${name} was not found.`);
  throw noSuchEntity(
    kind === 'instanceProfile'
      ? `Instance Profile ${name} cannot be found.`
      : `The ${kind} with name ${name} cannot be found.`,
  );
}
