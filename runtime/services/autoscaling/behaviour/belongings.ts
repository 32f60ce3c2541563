import type { Context } from '../../../kernel/service.ts';
import {
  activities,
  type Group,
  groups,
  hooks,
  keyOf,
  notifications,
  ofGroup,
  policies,
  refreshes,
  scheduledActions,
} from '../state.ts';
import { deleteAlarms } from './tracking-alarms.ts';

/** A group goes, and all that belongs to it. */
export function forgetGroup(ctx: Context, group: Group): void {
  const { AutoScalingGroupName: name } = group;
  for (const { LifecycleHookName } of ofGroup(hooks(ctx), name)) hooks(ctx).delete(keyOf(name, LifecycleHookName));
  for (const { ActivityId } of ofGroup(activities(ctx), name)) activities(ctx).delete(ActivityId);
  for (const { PolicyName, alarmNames } of ofGroup(policies(ctx), name)) {
    policies(ctx).delete(keyOf(name, PolicyName));
    void ctx.clock.track(deleteAlarms(ctx, alarmNames));
  }
  for (const { TopicARN } of ofGroup(notifications(ctx), name)) notifications(ctx).delete(keyOf(name, TopicARN));
  for (const { InstanceRefreshId } of ofGroup(refreshes(ctx), name)) refreshes(ctx).delete(InstanceRefreshId);
  for (const { ScheduledActionName } of ofGroup(scheduledActions(ctx), name))
    scheduledActions(ctx).delete(keyOf(name, ScheduledActionName));
  groups(ctx).delete(name);
  ctx.events.emit('autoscaling.deleted', { group });
}

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    'autoscaling.deleted': { group: Group };
  }
}
