import type {
  DescribeScalingActivitiesCommandInput,
  ResumeProcessesCommandInput,
  SuspendProcessesCommandInput,
} from '@aws-sdk/client-auto-scaling';
import type { Context } from '../../../kernel/service.ts';
import { at } from '../behaviour/activities.ts';
import { describeActivity } from '../behaviour/describe-activity.ts';
import { mustFind } from '../behaviour/input.ts';
import { keeper } from '../behaviour/keeper.ts';
import { paged } from '../behaviour/paging.ts';
import { validationError } from '../errors.ts';
import { activities, groups } from '../state.ts';

/** The newest first. */
export function DescribeScalingActivities(ctx: Context, input: DescribeScalingActivitiesCommandInput) {
  const { AutoScalingGroupName: name, ActivityIds = [] } = input;
  const found = activities(ctx)
    .values()
    .filter(({ AutoScalingGroupName }) => name === undefined || AutoScalingGroupName === name)
    .filter(({ ActivityId }) => ActivityIds.length === 0 || ActivityIds.includes(ActivityId))
    .sort((a, b) => b.startMs - a.startMs || b.order - a.order);
  const { page, ...rest } = paged(found, { NextToken: input.NextToken, MaxRecords: input.MaxRecords ?? 100 });
  return { Activities: page.map(describeActivity), ...rest };
}

/** "Suspend and resume Amazon EC2 Auto Scaling processes". */
const processes = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
];

export function SuspendProcesses(ctx: Context, input: SuspendProcessesCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const reason = `User suspended at ${at(ctx.clock.now())}`;
  const added = Object.fromEntries(named(input.ScalingProcesses).map((name) => [name, reason]));
  groups(ctx).put(group.AutoScalingGroupName, { ...group, suspended: { ...group.suspended, ...added } });
  return {};
}

export function ResumeProcesses(ctx: Context, input: ResumeProcessesCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const resumed = new Set(named(input.ScalingProcesses));
  const suspended = Object.fromEntries(Object.entries(group.suspended).filter(([name]) => !resumed.has(name)));
  groups(ctx).put(group.AutoScalingGroupName, { ...group, suspended });
  ctx.engine(keeper).wake(group);
  return {};
}

export function DescribeScalingProcessTypes() {
  return { Processes: processes.map((ProcessName) => ({ ProcessName })) };
}

function named(names: readonly string[] | undefined): string[] {
  const wanted = names?.length ? [...names] : processes;
  const unknown = wanted.find((name) => !processes.includes(name));
  if (unknown) throw validationError(`The process ${unknown} is not a valid process type.`);
  return wanted;
}
