import type { Timer } from '../../../kernel/clock/clock.ts';
import { measureEveryMinute } from '../../../kernel/clock/measure-every.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Group, groups, type Member } from '../state.ts';

type Measure = (group: Group) => number;

const inState =
  (...states: string[]): Measure =>
  ({ members }) =>
    members.filter(({ LifecycleState }: Member) => states.includes(LifecycleState)).length;
const pending = inState('Pending', 'Pending:Wait', 'Pending:Proceed');
const terminating = inState('Terminating', 'Terminating:Wait', 'Terminating:Proceed');
const inService = inState('InService');
const standby = inState('Standby', 'EnteringStandby');
const total: Measure = ({ members }) => members.length;

/** "Amazon CloudWatch metrics for Amazon EC2 Auto Scaling"; a unit of capacity is an instance, for there are no weights. */
export const groupMetrics: Readonly<Record<string, Measure>> = {
  GroupMinSize: ({ MinSize }) => MinSize,
  GroupMaxSize: ({ MaxSize }) => MaxSize,
  GroupDesiredCapacity: ({ DesiredCapacity }) => DesiredCapacity,
  GroupInServiceInstances: inService,
  GroupPendingInstances: pending,
  GroupStandbyInstances: standby,
  GroupTerminatingInstances: terminating,
  GroupTotalInstances: total,
  GroupInServiceCapacity: inService,
  GroupPendingCapacity: pending,
  GroupStandbyCapacity: standby,
  GroupTerminatingCapacity: terminating,
  GroupTotalCapacity: total,
};

export function publishGroupMetrics(kernel: Kernel): Timer {
  return measureEveryMinute(kernel.clock, 'metrics of Auto Scaling groups', () => {
    for (const scope of kernel.store.scopes('autoscaling.groups'))
      for (const group of groups({ store: kernel.store, ...scope }).values()) publish(kernel, group);
  });
}

function publish(kernel: Kernel, group: Group): void {
  const { account, region, AutoScalingGroupName } = group;
  for (const name of group.EnabledMetrics)
    kernel.events.emit('metric', {
      account,
      region,
      timeMs: kernel.clock.now(),
      namespace: 'AWS/AutoScaling',
      name,
      value: groupMetrics[name]?.(group) ?? 0,
      unit: 'None',
      dimensions: { AutoScalingGroupName },
    });
}
