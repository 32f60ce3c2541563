import type {
  DeleteScheduledActionCommandInput,
  DescribeScheduledActionsCommandInput,
  PutScheduledActionCommandInput,
} from '@aws-sdk/client-application-auto-scaling';
import { timeZone } from '../../../engines/schedules/local-time.ts';
import { parseSchedule } from '../../../engines/schedules/schedule.ts';
import type { Context } from '../../../kernel/service.ts';
import { dimensionOf, keyFrom, mustFindTarget } from '../behaviour/dimension.ts';
import { paged } from '../behaviour/paging.ts';
import { timetable } from '../behaviour/timetable.ts';
import { limitExceeded, objectNotFound, validation } from '../errors.ts';
import { belongingArn, isOf, keyOf, type ScheduledAction, scheduledActions } from '../state.ts';

/** "Quotas for Application Auto Scaling": scheduled actions per scalable target. */
const mostActions = 200;

/** What is left out of an update stays ("PutScheduledAction"). */
export function PutScheduledAction(ctx: Context, input: PutScheduledActionCommandInput) {
  const key = keyFrom(input);
  const { least } = dimensionOf(ctx, key);
  mustFindTarget(ctx, key);
  const { ScheduledActionName: name = '', StartTime, EndTime, ScalableTargetAction } = input;
  if (!/^[^:/|]{1,256}$/.test(name))
    throw validation('Names of scheduled actions have 1 to 256 characters, and no colon, slash or bar.');
  const before = scheduledActions(ctx).get(keyOf(key, name));
  const { Schedule = before?.Schedule, Timezone = before?.Timezone } = input;
  if (Schedule === undefined) throw validation('Schedule must be specified for a new scheduled action.');
  if (!parseSchedule(Schedule)) throw validation(`Invalid schedule expression: ${Schedule}`);
  if (Timezone !== undefined) checkZone(Timezone);
  const { MinCapacity = before?.MinCapacity, MaxCapacity = before?.MaxCapacity } = ScalableTargetAction ?? {};
  if (MinCapacity === undefined && MaxCapacity === undefined)
    throw validation('ScalableTargetAction must specify MinCapacity, MaxCapacity or both.');
  if (MinCapacity !== undefined && MinCapacity < least)
    throw validation(`Minimum capacity must be greater than or equal to ${least}`);
  if (MinCapacity !== undefined && MaxCapacity !== undefined && MinCapacity > MaxCapacity)
    throw validation('Maximum capacity cannot be less than minimum capacity');
  const [startMs, endMs] = [StartTime?.getTime() ?? before?.startMs, EndTime?.getTime() ?? before?.endMs];
  if (startMs !== undefined && endMs !== undefined && startMs >= endMs)
    throw validation('The end time of a scheduled action must be after its start time.');
  checkQuota(ctx, key, before === undefined);
  const action: ScheduledAction = {
    ...key,
    ScheduledActionARN:
      before?.ScheduledActionARN ?? belongingArn(ctx, 'scheduledAction', { id: ctx.ids.uuid(), name, of: key }),
    ScheduledActionName: name,
    Schedule,
    ...(Timezone === undefined ? {} : { Timezone }),
    ...(startMs === undefined ? {} : { startMs }),
    ...(endMs === undefined ? {} : { endMs }),
    ...(MinCapacity === undefined ? {} : { MinCapacity }),
    ...(MaxCapacity === undefined ? {} : { MaxCapacity }),
    createdMs: before?.createdMs ?? ctx.clock.now(),
  };
  scheduledActions(ctx).put(keyOf(key, name), action);
  ctx.engine(timetable).follow(ctx, action);
  return {};
}

function checkZone(name: string): void {
  try {
    timeZone(name);
  } catch {
    throw validation(`Invalid time zone: ${name}`);
  }
}

function checkQuota(ctx: Context, key: ReturnType<typeof keyFrom>, isNew: boolean): void {
  const own = scheduledActions(ctx)
    .values()
    .filter((one) => isOf(one, key));
  if (isNew && own.length >= mostActions)
    throw limitExceeded(`You have reached the limit of ${mostActions} scheduled actions for the scalable target.`);
}

export function DeleteScheduledAction(ctx: Context, input: DeleteScheduledActionCommandInput) {
  const key = keyFrom(input);
  const action = scheduledActions(ctx).get(keyOf(key, input.ScheduledActionName ?? ''));
  if (!action) throw objectNotFound('scheduled action found', key);
  ctx.engine(timetable).forget(action);
  scheduledActions(ctx).delete(keyOf(key, action.ScheduledActionName));
  return {};
}

export function DescribeScheduledActions(ctx: Context, input: DescribeScheduledActionsCommandInput) {
  const { ScheduledActionNames = [], ServiceNamespace, ResourceId, ScalableDimension } = input;
  const found = scheduledActions(ctx)
    .values()
    .filter((one) => one.ServiceNamespace === ServiceNamespace)
    .filter((one) => ResourceId === undefined || one.ResourceId === ResourceId)
    .filter((one) => ScalableDimension === undefined || one.ScalableDimension === ScalableDimension)
    .filter((one) => ScheduledActionNames.length === 0 || ScheduledActionNames.includes(one.ScheduledActionName));
  const { page, ...rest } = paged(found, input);
  return { ScheduledActions: page.map(describe), ...rest };
}

function describe({ startMs, endMs, createdMs, MinCapacity, MaxCapacity, ...action }: ScheduledAction) {
  return {
    ...action,
    ScalableTargetAction: {
      ...(MinCapacity === undefined ? {} : { MinCapacity }),
      ...(MaxCapacity === undefined ? {} : { MaxCapacity }),
    },
    ...(startMs === undefined ? {} : { StartTime: new Date(startMs) }),
    ...(endMs === undefined ? {} : { EndTime: new Date(endMs) }),
    CreationTime: new Date(createdMs),
  };
}
