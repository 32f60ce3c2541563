import type {
  CreateScheduleGroupCommandInput,
  DeleteScheduleGroupCommandInput,
  GetScheduleGroupCommandInput,
  ListScheduleGroupsCommandInput,
  ListTagsForResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-scheduler';
import type { Context } from '../../../kernel/service.ts';
import { page } from '../behaviour/paging.ts';
import { disarm } from '../behaviour/timers.ts';
import { conflict, validation } from '../errors.ts';
import { findGroup, groupArn, groupNamed, groups, type ScheduleGroup, schedules } from '../state.ts';

export function CreateScheduleGroup(ctx: Context, { Name = '', Tags = [] }: CreateScheduleGroupCommandInput) {
  if (!/^[0-9a-zA-Z\-_.]{1,64}$/.test(Name))
    throw validation(
      `1 validation error detected: Value '${Name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$`,
    );
  if (findGroup(ctx, Name)) throw conflict(`Schedule group ${Name} already exists.`);
  const nowMs = ctx.clock.now();
  const { account, region } = ctx;
  const Arn = groupArn(ctx, Name);
  const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  groups(ctx, ctx).put(Name, { Arn, Name, account, region, createdMs: nowMs, modifiedMs: nowMs, tags });
  return { ScheduleGroupArn: Arn };
}

export function GetScheduleGroup(ctx: Context, input: GetScheduleGroupCommandInput) {
  return described(groupNamed(ctx, input.Name));
}

/** Its schedules go with it. */
export function DeleteScheduleGroup(ctx: Context, { Name = '' }: DeleteScheduleGroupCommandInput) {
  if (Name === 'default') throw validation('The default schedule group cannot be deleted.');
  const group = groupNamed(ctx, Name);
  for (const schedule of schedules(ctx, ctx).values()) {
    if (schedule.GroupName !== group.Name) continue;
    disarm(ctx, schedule);
    schedules(ctx, ctx).delete(`${group.Name}/${schedule.Name}`);
  }
  groups(ctx, ctx).delete(group.Name);
  return {};
}

export function ListScheduleGroups(ctx: Context, input: ListScheduleGroupsCommandInput) {
  const standard = groupNamed(ctx);
  const all = [
    standard,
    ...groups(ctx, ctx)
      .values()
      .filter(({ Name }) => Name !== 'default'),
  ].filter(({ Name }) => Name.startsWith(input.NamePrefix ?? ''));
  const { items, ...more } = page(all, input);
  return { ScheduleGroups: items.map(described), ...more };
}

export function TagResource(ctx: Context, { ResourceArn, Tags = [] }: TagResourceCommandInput) {
  const group = tagged(ctx, ResourceArn);
  const added = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  groups(ctx, ctx).put(group.Name, { ...group, tags: { ...group.tags, ...added } });
  return {};
}

export function UntagResource(ctx: Context, { ResourceArn, TagKeys = [] }: UntagResourceCommandInput) {
  const group = tagged(ctx, ResourceArn);
  const tags = Object.fromEntries(Object.entries(group.tags).filter(([key]) => !TagKeys.includes(key)));
  groups(ctx, ctx).put(group.Name, { ...group, tags });
  return {};
}

export function ListTagsForResource(ctx: Context, { ResourceArn }: ListTagsForResourceCommandInput) {
  return { Tags: Object.entries(tagged(ctx, ResourceArn).tags).map(([Key, Value]) => ({ Key, Value })) };
}

/** Only groups have tags. */
function tagged(ctx: Context, arn = ''): ScheduleGroup {
  const [, name] = /:schedule-group\/([^/]+)$/.exec(arn) ?? [];
  if (name === undefined) throw validation(`${arn} is not the ARN of a schedule group.`);
  return groupNamed(ctx, name);
}

function described({ Arn, Name, createdMs, modifiedMs }: ScheduleGroup) {
  const dates = { CreationDate: new Date(createdMs), LastModificationDate: new Date(modifiedMs) };
  return { Arn, Name, State: 'ACTIVE' as const, ...dates };
}
