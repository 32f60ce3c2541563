import type { Group, Member } from '../state.ts';
import { capacityOf, counted } from './capacity.ts';

/** Subnets in the order to try: the zone with the fewest instances first ("Auto Scaling benefits: distribute instances"). */
export function subnetsToTry(group: Group): Group['subnets'] {
  const inZone = (zone: string): number =>
    counted(group).filter(({ AvailabilityZone }) => AvailabilityZone === zone).length;
  return [...group.subnets].sort((a, b) => inZone(a.AvailabilityZone) - inZone(b.AvailabilityZone));
}

/** A zone with two instances fewer than another, if one of that other may go. */
export function zoneToFill(group: Group): string | undefined {
  const zones = [...new Set(group.subnets.map(({ AvailabilityZone }) => AvailabilityZone))];
  const inZone = (zone: string): Member[] => counted(group).filter(({ AvailabilityZone }) => AvailabilityZone === zone);
  const sorted = zones.sort((a, b) => inZone(a).length - inZone(b).length);
  const [emptiest = '', fullest = ''] = [sorted[0], sorted.at(-1)];
  const most = inZone(fullest);
  if (most.length - inZone(emptiest).length < 2) return undefined;
  return most.some(({ ProtectedFromScaleIn }) => !ProtectedFromScaleIn) ? emptiest : undefined;
}

/** As much capacity as is too much. "Configure termination policies": the zone with the most instances first, then each policy in turn. */
export function toTerminate(group: Group, count: number): Member[] {
  const left = counted(group).filter(({ ProtectedFromScaleIn }) => !ProtectedFromScaleIn);
  const chosen: Member[] = [];
  // With weights, none goes that would leave less than is desired.
  while (capacityOf(chosen) < count && left.length > 0) {
    const [victim] = byPolicies(inFullestZone(left), group.TerminationPolicies);
    if (!victim) break;
    if (capacityOf([...chosen, victim]) <= count) chosen.push(victim);
    left.splice(left.indexOf(victim), 1);
  }
  return chosen;
}

function inFullestZone(members: Member[]): Member[] {
  const zones = [...Map.groupBy(members, ({ AvailabilityZone }) => AvailabilityZone).values()];
  return zones.sort((a, b) => b.length - a.length)[0] ?? [];
}

export const terminationPolicies = [
  'Default',
  'AllocationStrategy',
  'OldestLaunchConfiguration',
  'OldestLaunchTemplate',
  'ClosestToNextInstanceHour',
  'NewestInstance',
  'OldestInstance',
];

function byPolicies(members: Member[], policies: readonly string[]): Member[] {
  return policies.reduce(narrowed, members);
}

function narrowed(members: Member[], policy: string): Member[] {
  const oldest = [...members].sort((a, b) => a.launchedMs - b.launchedMs);
  if (policy === 'OldestInstance') return oldest.slice(0, 1);
  if (policy === 'NewestInstance') return oldest.slice(-1);
  if (policy === 'OldestLaunchTemplate') return ofOldestTemplate(members);
  // Instances here are not billed by the hour; what is left of the policy is the oldest.
  if (policy === 'ClosestToNextInstanceHour') return oldest.slice(0, 1);
  if (policy === 'Default') return narrowed(ofOldestTemplate(members), 'ClosestToNextInstanceHour');
  return members;
}

function ofOldestTemplate(members: Member[]): Member[] {
  const oldest = Math.min(...members.map(({ LaunchTemplate }) => Number(LaunchTemplate.Version)));
  return members.filter(({ LaunchTemplate }) => Number(LaunchTemplate.Version) === oldest);
}
