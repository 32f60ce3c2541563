import type { FlexibleTimeWindow, Target } from '@aws-sdk/client-scheduler';
import { formatArn } from '../../kernel/arn.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { notFound } from './errors.ts';

export interface Schedule extends Scope {
  Arn: string;
  Name: string;
  GroupName: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone: string;
  State: 'ENABLED' | 'DISABLED';
  Description?: string | undefined;
  KmsKeyArn?: string | undefined;
  Target: Target;
  FlexibleTimeWindow: FlexibleTimeWindow;
  ActionAfterCompletion: 'NONE' | 'DELETE';
  startMs?: number | undefined;
  endMs?: number | undefined;
  createdMs: number;
  modifiedMs: number;
  /** Of the CreateSchedule that made it: the same token again is the same request. */
  clientToken?: string | undefined;
}

export interface ScheduleGroup extends Scope {
  Arn: string;
  Name: string;
  createdMs: number;
  modifiedMs: number;
  tags: Record<string, string>;
}

/** By `group/name`. */
export function schedules(kernel: Kernel, { account, region }: Scope): Collection<Schedule> {
  return kernel.store.collection<Schedule>('scheduler.schedules', { account, region });
}

export function groups(kernel: Kernel, { account, region }: Scope): Collection<ScheduleGroup> {
  return kernel.store.collection<ScheduleGroup>('scheduler.groups', { account, region });
}

export function scheduleArn(ctx: Scope, group: string, name: string): string {
  return formatArn('scheduler', ctx.region, ctx.account, `schedule/${group}/${name}`);
}

export function groupArn(ctx: Scope, name: string): string {
  return formatArn('scheduler', ctx.region, ctx.account, `schedule-group/${name}`);
}

export function scheduleAt(ctx: Context, group = 'default', name = ''): Schedule {
  const schedule = schedules(ctx, ctx).get(`${group}/${name}`);
  if (!schedule) throw notFound(`Schedule ${name}`);
  return schedule;
}

/** Every account has its default group in every region. */
export function findGroup(ctx: Context, name: string): ScheduleGroup | undefined {
  const kept = groups(ctx, ctx).get(name);
  if (kept || name !== 'default') return kept;
  const { account, region } = ctx;
  return { Arn: groupArn(ctx, name), Name: name, account, region, createdMs: 0, modifiedMs: 0, tags: {} };
}

export function groupNamed(ctx: Context, name = 'default'): ScheduleGroup {
  const group = findGroup(ctx, name);
  if (!group) throw notFound(`Schedule group ${name}`);
  return group;
}
