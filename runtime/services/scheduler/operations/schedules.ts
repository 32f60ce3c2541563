import type {
  CreateScheduleCommandInput,
  DeleteScheduleCommandInput,
  GetScheduleCommandInput,
  ListSchedulesCommandInput,
  UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { isTimeZone } from '../../../engines/schedules/local-time.ts';
import { parseSchedule } from '../../../engines/schedules/schedule.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { asRole, schedulerPrincipal } from '../behaviour/invocations.ts';
import { page } from '../behaviour/paging.ts';
import { checkTarget } from '../behaviour/targets.ts';
import { arm, disarm } from '../behaviour/timers.ts';
import { conflict, validation } from '../errors.ts';
import { groupNamed, type Schedule, scheduleArn, scheduleAt, schedules } from '../state.ts';

export function CreateSchedule(ctx: Context, input: CreateScheduleCommandInput) {
  const { Name = '', GroupName = 'default', ClientToken } = input;
  groupNamed(ctx, GroupName);
  const existing = schedules(ctx, ctx).get(`${GroupName}/${Name}`);
  if (existing && ClientToken !== undefined && existing.clientToken === ClientToken)
    return { ScheduleArn: existing.Arn };
  if (existing) throw conflict(`Schedule ${Name} already exists.`);
  const nowMs = ctx.clock.now();
  const schedule = scheduleFrom(ctx, input, { createdMs: nowMs, clientToken: ClientToken });
  schedules(ctx, ctx).put(`${GroupName}/${Name}`, schedule);
  arm(ctx, schedule, nowMs - 1);
  return { ScheduleArn: schedule.Arn };
}

/** What is not said is what it is by default, not what it was ("UpdateSchedule"). */
export function UpdateSchedule(ctx: Context, input: UpdateScheduleCommandInput) {
  const { createdMs, clientToken, Arn, GroupName, Name } = scheduleAt(ctx, input.GroupName, input.Name);
  const schedule = scheduleFrom(ctx, input, { createdMs, clientToken });
  schedules(ctx, ctx).put(`${GroupName}/${Name}`, schedule);
  arm(ctx, schedule, ctx.clock.now() - 1);
  return { ScheduleArn: Arn };
}

export function GetSchedule(ctx: Context, input: GetScheduleCommandInput) {
  const {
    createdMs,
    modifiedMs,
    startMs,
    endMs,
    clientToken: _token,
    account: _account,
    region: _region,
    ...schedule
  } = scheduleAt(ctx, input.GroupName, input.Name);
  return {
    ...schedule,
    ...(startMs === undefined ? {} : { StartDate: new Date(startMs) }),
    ...(endMs === undefined ? {} : { EndDate: new Date(endMs) }),
    CreationDate: new Date(createdMs),
    LastModificationDate: new Date(modifiedMs),
  };
}

export function DeleteSchedule(ctx: Context, input: DeleteScheduleCommandInput) {
  const schedule = scheduleAt(ctx, input.GroupName, input.Name);
  disarm(ctx, schedule);
  schedules(ctx, ctx).delete(`${schedule.GroupName}/${schedule.Name}`);
  return {};
}

export function ListSchedules(ctx: Context, input: ListSchedulesCommandInput) {
  const { GroupName, NamePrefix = '', State } = input;
  const all = schedules(ctx, ctx)
    .values()
    .filter(
      (schedule) =>
        (GroupName === undefined || schedule.GroupName === GroupName) &&
        schedule.Name.startsWith(NamePrefix) &&
        (State === undefined || schedule.State === State),
    );
  const { items, ...more } = page(all, input);
  return {
    Schedules: items.map((schedule) => ({
      Arn: schedule.Arn,
      Name: schedule.Name,
      GroupName: schedule.GroupName,
      State: schedule.State,
      Target: { Arn: schedule.Target.Arn },
      CreationDate: new Date(schedule.createdMs),
      LastModificationDate: new Date(schedule.modifiedMs),
    })),
    ...more,
  };
}

function scheduleFrom(
  ctx: Context,
  input: CreateScheduleCommandInput,
  kept: { createdMs: number; clientToken: string | undefined },
): Schedule {
  const { Name = '', GroupName = 'default', Target, FlexibleTimeWindow, StartDate, EndDate } = input;
  if (!Target || !FlexibleTimeWindow) throw validation('Target and FlexibleTimeWindow must be specified.');
  checkTimes(ctx, input);
  checkTarget(ctx, Target);
  const schedule: Schedule = {
    ...kept,
    Arn: scheduleArn(ctx, GroupName, Name),
    Name,
    GroupName,
    account: ctx.account,
    region: ctx.region,
    ScheduleExpression: input.ScheduleExpression ?? '',
    ScheduleExpressionTimezone: input.ScheduleExpressionTimezone ?? 'UTC',
    State: input.State ?? 'ENABLED',
    Description: input.Description,
    KmsKeyArn: input.KmsKeyArn,
    Target,
    FlexibleTimeWindow,
    ActionAfterCompletion: input.ActionAfterCompletion ?? 'NONE',
    startMs: StartDate?.getTime(),
    endMs: EndDate?.getTime(),
    modifiedMs: ctx.clock.now(),
  };
  checkRole(ctx, schedule);
  return schedule;
}

function checkTimes(ctx: Context, input: CreateScheduleCommandInput): void {
  const { Name = '', ScheduleExpression = '', ScheduleExpressionTimezone = 'UTC', StartDate, EndDate } = input;
  if (!/^[0-9a-zA-Z\-_.]{1,64}$/.test(Name))
    throw validation(
      `1 validation error detected: Value '${Name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$`,
    );
  if (!parseSchedule(ScheduleExpression)) throw validation(`Invalid Schedule Expression ${ScheduleExpression}.`);
  if (!isTimeZone(ScheduleExpressionTimezone))
    throw validation(`Invalid ScheduleExpressionTimezone ${ScheduleExpressionTimezone}.`);
  const { Mode, MaximumWindowInMinutes: minutes } = input.FlexibleTimeWindow ?? {};
  if (Mode === 'FLEXIBLE' && (minutes === undefined || minutes < 1 || minutes > 1440))
    throw validation(
      'MaximumWindowInMinutes must be between 1 and 1440 when the flexible time window Mode is FLEXIBLE.',
    );
  if (Mode === 'OFF' && minutes !== undefined)
    throw validation('MaximumWindowInMinutes must not be set when the flexible time window Mode is OFF.');
  if (StartDate && StartDate.getTime() < ctx.clock.now() - 5 * 60_000)
    throw validation('The StartDate you specify cannot be earlier than 5 minutes ago.');
  if (EndDate && EndDate.getTime() < ctx.clock.now())
    throw validation('The EndDate you specify cannot be in the past.');
  if (StartDate && EndDate && StartDate > EndDate)
    throw validation('The StartDate you specify must come before the EndDate.');
}

function checkRole(ctx: Context, schedule: Schedule): void {
  try {
    asRole(ctx.as({ principal: schedulerPrincipal(schedule) }), schedule);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw validation('The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');
  }
}
