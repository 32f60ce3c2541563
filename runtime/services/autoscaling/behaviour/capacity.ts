import type { Group, Member } from '../state.ts';

/** Those that count against the desired capacity. */
export function counted({ members }: Pick<Group, 'members'>): Member[] {
  return members.filter(
    ({ LifecycleState, leaving }) =>
      !leaving && (LifecycleState === 'InService' || LifecycleState.startsWith('Pending')),
  );
}

/** In the group's unit: instances, or what a mixed instances policy weighs them ("Instance weighting"). */
export function capacityOf(members: readonly Member[]): number {
  return members.reduce((sum, { weight = 1 }) => sum + weight, 0);
}

/** What of the desired capacity there is, or is on its way. */
export const actualCapacity = (group: Pick<Group, 'members'>): number => capacityOf(counted(group));
