import type { Awaited } from '../../../runtime/control-plane/console/clock-view.ts';
import type { IconName } from '../icons.tsx';

export type Kind = Awaited['kind'];

/** What timers are for, in the order in which they matter to whoever looks. */
export const kinds: Record<Kind, { title: string; icon: IconName }> = {
  schedule: { title: 'Schedules', icon: 'clock' },
  fault: { title: 'Faults', icon: 'bolt' },
  delivery: { title: 'Messages and retries', icon: 'queue' },
  expiry: { title: 'Expiry', icon: 'close' },
  rotation: { title: 'Rotation', icon: 'key' },
  backup: { title: 'Backups and databases', icon: 'data' },
  scaling: { title: 'Scaling', icon: 'group' },
  alarm: { title: 'Alarms', icon: 'chart' },
  health: { title: 'Health checks', icon: 'shield' },
  log: { title: 'Log delivery', icon: 'logs' },
  retention: { title: 'Retention', icon: 'bucket' },
  upkeep: { title: 'Upkeep', icon: 'orrery' },
};

/** Names of timers begin in the middle of a sentence. */
export function sentence(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
