import type {
  BatchDeleteScheduledActionCommandInput,
  BatchPutScheduledUpdateGroupActionCommandInput,
  DeleteScheduledActionCommandInput,
  DescribeScheduledActionsCommandInput,
  PutScheduledUpdateGroupActionCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { isTimeZone } from '../../../engines/schedules/local-time.ts';
import { formatArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { mustFind } from '../behaviour/input.ts';
import { paged } from '../behaviour/paging.ts';
import { parseRecurrence } from '../behaviour/recurrence.ts';
import { timetable } from '../behaviour/timetable.ts';
import { limitExceeded, validationError } from '../errors.ts';
import { keyOf, ofGroup, type ScheduledAction, scheduledActions } from '../state.ts';

/** "Quotas for Auto Scaling": scheduled actions per group. */
const mostActions = 125;

export function PutScheduledUpdateGroupAction(ctx: Context, input: PutScheduledUpdateGroupActionCommandInput) {
  const { AutoScalingGroupName } = mustFind(ctx, input.AutoScalingGroupName);
  const { ScheduledActionName = '', Time, StartTime = Time } = input;
  const before = scheduledActions(ctx).get(keyOf(AutoScalingGroupName, ScheduledActionName));
  check(ctx, { ...input, StartTime });
  if (!before && ofGroup(scheduledActions(ctx), AutoScalingGroupName).length >= mostActions)
    throw limitExceeded(`You have reached the limit of ${mostActions} scheduled actions for the group.`);
  const { Recurrence, TimeZone, MinSize, MaxSize, DesiredCapacity, EndTime } = input;
  const said = {
    startMs: StartTime?.getTime(),
    endMs: EndTime?.getTime(),
    Recurrence,
    TimeZone,
    MinSize,
    MaxSize,
    DesiredCapacity,
  };
  const action: ScheduledAction = {
    ...(Object.fromEntries(
      Object.entries(said).filter(([, value]) => value !== undefined),
    ) as Partial<ScheduledAction>),
    AutoScalingGroupName,
    ScheduledActionName,
    ScheduledActionARN: before?.ScheduledActionARN ?? actionArn(ctx, AutoScalingGroupName, ScheduledActionName),
  };
  scheduledActions(ctx).put(keyOf(AutoScalingGroupName, ScheduledActionName), action);
  ctx.engine(timetable).follow(ctx, action);
  return {};
}

function actionArn(ctx: Context, group: string, name: string): string {
  const resource = `scheduledUpdateGroupAction:${ctx.ids.uuid()}:autoScalingGroupName/${group}:scheduledActionName/${name}`;
  return formatArn('autoscaling', ctx.region, ctx.account, resource);
}

function check(ctx: Context, input: PutScheduledUpdateGroupActionCommandInput): void {
  const { StartTime, EndTime, Recurrence, TimeZone, MinSize, MaxSize, DesiredCapacity } = input;
  if ((MinSize ?? MaxSize ?? DesiredCapacity) === undefined)
    throw validationError('At least one of MinSize, MaxSize or DesiredCapacity must be specified.');
  if (Recurrence === undefined && StartTime === undefined)
    throw validationError('Either Recurrence or StartTime must be specified.');
  if (StartTime && StartTime.getTime() < ctx.clock.now()) throw validationError('Given start time is in the past');
  if (EndTime && EndTime.getTime() < ctx.clock.now()) throw validationError('Given end time is in the past');
  if (StartTime && EndTime && EndTime <= StartTime)
    throw validationError('The end time must be later than the start time.');
  if (Recurrence !== undefined && !parseRecurrence(Recurrence))
    throw validationError(`Given recurrence string: ${Recurrence} is invalid`);
  if (TimeZone !== undefined && !isTimeZone(TimeZone)) throw validationError(`The time zone ${TimeZone} is not valid.`);
  if (MinSize !== undefined && MaxSize !== undefined && MinSize > MaxSize)
    throw validationError(`Max bound, ${MaxSize}, must be greater than or equal to min bound, ${MinSize}`);
}

/** Each by itself: what fails is told, and the others are put. */
export function BatchPutScheduledUpdateGroupAction(
  ctx: Context,
  { AutoScalingGroupName, ScheduledUpdateGroupActions = [] }: BatchPutScheduledUpdateGroupActionCommandInput,
) {
  mustFind(ctx, AutoScalingGroupName);
  const FailedScheduledUpdateGroupActions = ScheduledUpdateGroupActions.flatMap((action) =>
    failureOf(action.ScheduledActionName, () =>
      PutScheduledUpdateGroupAction(ctx, {
        ...action,
        AutoScalingGroupName,
        ScheduledActionName: action.ScheduledActionName,
      }),
    ),
  );
  return { FailedScheduledUpdateGroupActions };
}

function failureOf(ScheduledActionName: string | undefined, work: () => unknown) {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return [{ ScheduledActionName, ErrorCode: error.code, ErrorMessage: error.message }];
  }
}

export function DeleteScheduledAction(ctx: Context, input: DeleteScheduledActionCommandInput) {
  const { AutoScalingGroupName: group } = mustFind(ctx, input.AutoScalingGroupName);
  const key = keyOf(group, input.ScheduledActionName ?? '');
  const action = scheduledActions(ctx).get(key);
  if (!action)
    throw validationError(
      `Scheduled action name not found - Scheduled action '${input.ScheduledActionName}' not found`,
    );
  ctx.engine(timetable).forget(ctx, action);
  scheduledActions(ctx).delete(key);
  return {};
}

export function BatchDeleteScheduledAction(
  ctx: Context,
  { AutoScalingGroupName, ScheduledActionNames = [] }: BatchDeleteScheduledActionCommandInput,
) {
  mustFind(ctx, AutoScalingGroupName);
  const FailedScheduledActions = ScheduledActionNames.flatMap((ScheduledActionName) =>
    failureOf(ScheduledActionName, () => DeleteScheduledAction(ctx, { AutoScalingGroupName, ScheduledActionName })),
  );
  return { FailedScheduledActions };
}

export function DescribeScheduledActions(ctx: Context, input: DescribeScheduledActionsCommandInput) {
  const { AutoScalingGroupName: group, ScheduledActionNames: names = [], StartTime, EndTime } = input;
  const found = scheduledActions(ctx)
    .values()
    .filter(({ AutoScalingGroupName }) => group === undefined || AutoScalingGroupName === group)
    .filter((action) => names.length === 0 || names.some((name) => isNamed(action, name)))
    .filter(({ startMs }) => startMs === undefined || !StartTime || startMs >= StartTime.getTime())
    .filter(({ startMs }) => startMs === undefined || !EndTime || startMs <= EndTime.getTime());
  const { page, ...rest } = paged(found, input);
  return { ScheduledUpdateGroupActions: page.map(describe), ...rest };
}

const isNamed = ({ ScheduledActionName, ScheduledActionARN }: ScheduledAction, name: string): boolean =>
  name === ScheduledActionName || name === ScheduledActionARN;

function describe({ startMs, endMs, ...action }: ScheduledAction) {
  return {
    ...action,
    ...(startMs === undefined ? {} : { StartTime: new Date(startMs), Time: new Date(startMs) }),
    ...(endMs === undefined ? {} : { EndTime: new Date(endMs) }),
  };
}
