import type { Timer } from '../../../kernel/clock/clock.ts';
import { measureEveryMinute } from '../../../kernel/clock/measure-every.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Group, groups, isWarmed, type Member } from '../state.ts';
import { capacityOf } from './capacity.ts';
import { poolSize } from './warm-pools.ts';

type Measure = (group: Group) => number;
type Chosen = (group: Group) => Member[];

const inState =
  (...states: string[]): Chosen =>
  ({ members }) =>
    members.filter(({ LifecycleState }: Member) => states.includes(LifecycleState));
const pending = inState('Pending', 'Pending:Wait', 'Pending:Proceed');
const terminating = inState('Terminating', 'Terminating:Wait', 'Terminating:Proceed');
const inService = inState('InService');
const standby = inState('Standby', 'EnteringStandby');
const total: Chosen = ({ members }) => members.filter(({ LifecycleState }) => !isWarmed(LifecycleState));
const pool: Chosen = ({ members }) => members.filter(({ LifecycleState }) => isWarmed(LifecycleState));
const warm = inState('Warmed:Running', 'Warmed:Stopped');
const warming = inState('Warmed:Pending', 'Warmed:Pending:Wait', 'Warmed:Pending:Proceed');
const cooling = inState('Warmed:Terminating', 'Warmed:Terminating:Wait', 'Warmed:Terminating:Proceed');
const instances =
  (chosen: Chosen): Measure =>
  (group) =>
    chosen(group).length;
const capacity =
  (chosen: Chosen): Measure =>
  (group) =>
    capacityOf(chosen(group));

/** "Amazon CloudWatch metrics for Amazon EC2 Auto Scaling"; capacity is in what a mixed instances policy weighs. */
export const groupMetrics: Readonly<Record<string, Measure>> = lookupTable({
  GroupMinSize: ({ MinSize }) => MinSize,
  GroupMaxSize: ({ MaxSize }) => MaxSize,
  GroupDesiredCapacity: ({ DesiredCapacity }) => DesiredCapacity,
  GroupInServiceInstances: instances(inService),
  GroupPendingInstances: instances(pending),
  GroupStandbyInstances: instances(standby),
  GroupTerminatingInstances: instances(terminating),
  GroupTotalInstances: instances(total),
  GroupInServiceCapacity: capacity(inService),
  GroupPendingCapacity: capacity(pending),
  GroupStandbyCapacity: capacity(standby),
  GroupTerminatingCapacity: capacity(terminating),
  GroupTotalCapacity: capacity(total),
  WarmPoolMinSize: ({ WarmPool }) => WarmPool?.MinSize ?? 0,
  WarmPoolDesiredCapacity: poolSize,
  WarmPoolPendingCapacity: instances(warming),
  WarmPoolTerminatingCapacity: instances(cooling),
  WarmPoolWarmedCapacity: instances(warm),
  WarmPoolTotalCapacity: instances(pool),
  GroupAndWarmPoolDesiredCapacity: (group) => group.DesiredCapacity + poolSize(group),
  GroupAndWarmPoolTotalCapacity: (group) => capacityOf(total(group)) + pool(group).length,
});

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
