import type { Kernel } from '../../../kernel/service.ts';
import { type Activity, activities, type Group } from '../state.ts';

/** "DescribeScalingActivities": activities of the last six weeks are told of. */
const keptMs = 42 * 86_400_000;
/** Beyond that a group forgets its oldest: a group that flaps for months must not fill the disk. */
const mostKept = 1000;

/** As an activity's cause tells times: 2026-11-21T06:00:00Z. */
export function at(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

export interface Begun {
  description: string;
  cause: string;
  status?: Activity['StatusCode'];
  zone: { AvailabilityZone: string; SubnetId: string };
}

export function begin(kernel: Kernel, group: Group, { description, cause, status, zone }: Begun): Activity {
  const activity: Activity = {
    ActivityId: kernel.ids.uuid(),
    AutoScalingGroupName: group.AutoScalingGroupName,
    AutoScalingGroupARN: group.AutoScalingGroupARN,
    Description: description,
    Cause: cause,
    startMs: kernel.clock.now(),
    order: 1 + Math.max(0, ...ofGroup(kernel, group).map(({ order }) => order)),
    StatusCode: status ?? 'InProgress',
    Progress: 0,
    Details: JSON.stringify({ 'Subnet ID': zone.SubnetId, 'Availability Zone': zone.AvailabilityZone }),
  };
  put(kernel, group, activity);
  return activity;
}

export function advance(kernel: Kernel, group: Group, id: string | undefined, change: Partial<Activity>): void {
  const known = id === undefined ? undefined : find(kernel, group, id);
  if (!known) return;
  const over = change.StatusCode !== undefined && ended.has(change.StatusCode);
  put(kernel, group, { ...known, ...change, ...(over ? { endMs: kernel.clock.now(), Progress: 100 } : {}) });
}

const ended: ReadonlySet<Activity['StatusCode']> = new Set(['Successful', 'Failed', 'Cancelled']);

export function find(kernel: Kernel, group: Group, id: string): Activity | undefined {
  return activities({ ...group, store: kernel.store }).get(id);
}

function put(kernel: Kernel, group: Group, activity: Activity): void {
  const records = activities({ ...group, store: kernel.store });
  if (!records.has(activity.ActivityId)) forgetOld(kernel, group);
  records.put(activity.ActivityId, activity);
}

function forgetOld(kernel: Kernel, group: Group): void {
  const records = activities({ ...group, store: kernel.store });
  const own = ofGroup(kernel, group);
  const beforeMs = kernel.clock.now() - keptMs;
  const over = own.length - mostKept + 1;
  for (const [index, { ActivityId, endMs }] of own.entries())
    if (endMs !== undefined && (index < over || endMs < beforeMs)) records.delete(ActivityId);
}

function ofGroup(kernel: Kernel, group: Group): Activity[] {
  return activities({ ...group, store: kernel.store })
    .values()
    .filter(({ AutoScalingGroupARN }) => AutoScalingGroupARN === group.AutoScalingGroupARN)
    .sort((a, b) => a.order - b.order);
}
