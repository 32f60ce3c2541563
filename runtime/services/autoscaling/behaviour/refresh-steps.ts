import type { Group, Member, Refresh } from '../state.ts';
import { capacityOf, counted } from './capacity.ts';

export interface Step {
  /** Whose replacements are started before they go. */
  supersede: Member[];
  /** Who goes now. */
  terminate: Member[];
  /** When the next new instance is warm, if that is what is waited for. */
  lookAgainMs: number | undefined;
  /** What is left to be replaced, and whether everything new serves. */
  left: string[];
  finished: boolean;
}

/**
 * What an instance refresh does next: it never has fewer healthy instances than MinHealthyPercentage of the desired capacity,
 * nor more than MaxHealthyPercentage, but replaces one at least ("How an instance refresh works").
 */
export function nextStep(group: Group, { outdated, Preferences }: Refresh, nowMs: number): Step {
  const { DesiredCapacity: desired, members } = group;
  const warmMs = Preferences.InstanceWarmup * 1000;
  const old = members.filter(({ InstanceId }) => outdated.includes(InstanceId));
  const fresh = members.filter(
    ({ InstanceId, LifecycleState }) => !outdated.includes(InstanceId) && !/^(Terminat|Detach)/.test(LifecycleState),
  );
  const isWarm = ({ LifecycleState, inServiceMs }: Member): boolean =>
    LifecycleState === 'InService' && inServiceMs !== undefined && inServiceMs + warmMs <= nowMs;
  const warm = fresh.filter(isWarm);
  const standing = old.filter(
    ({ LifecycleState, HealthStatus }) => LifecycleState === 'InService' && HealthStatus === 'Healthy',
  );
  const room = Math.max(1, desired - Math.ceil((desired * Preferences.MinHealthyPercentage) / 100));
  const above = Math.floor((desired * Preferences.MaxHealthyPercentage) / 100) - desired;
  const extra = Preferences.MaxHealthyPercentage > 100 ? Math.max(1, above) : 0;
  const ready = standing.filter(
    ({ ProtectedFromScaleIn }) => !ProtectedFromScaleIn || Preferences.ScaleInProtectedInstances === 'Refresh',
  );
  const superseded = ready.filter(({ leaving }) => leaving);
  const untouched = ready.filter(({ leaving }) => !leaving);
  const healthy = capacityOf(warm) + capacityOf(standing);
  const supersede = untouched.slice(0, Math.max(0, extra - superseded.length));
  // With room above the desired capacity, one goes when another has come; else as many as may be missing.
  const may = extra > 0 ? healthy - desired : healthy - (desired - room);
  const candidates = extra > 0 ? superseded : untouched;
  const cold = fresh.filter((member) => member.LifecycleState === 'InService' && !isWarm(member));
  const next = Math.min(...cold.map(({ inServiceMs = nowMs }) => inServiceMs + warmMs));
  return {
    supersede,
    terminate: candidates.slice(0, Math.max(0, may)),
    lookAgainMs: Number.isFinite(next) ? next : undefined,
    left: old.map(({ InstanceId }) => InstanceId),
    finished: old.length === 0 && capacityOf(warm) >= desired && counted(group).length === warm.length,
  };
}
