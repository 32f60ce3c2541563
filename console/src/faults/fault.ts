import type { FaultActions, FaultList } from '../../../runtime/control-plane/console/faults-view.ts';
import type { Action, ShownFault } from '../../../runtime/control-plane/faults/fault-desk.ts';
import type { FaultTarget } from '../../../runtime/control-plane/faults/fault-targets.ts';
import type { Tone } from '../status.tsx';

export type { Action, FaultActions, FaultList, FaultTarget, ShownFault };

/** aws:ec2:stop-instances as Stop instances. */
export function actionName(id: string): string {
  const words = (id.split(':').at(-1) ?? id).replaceAll('-', ' ');
  const known = words
    .replace(/\b(api|asg|az|db|http|iam|vpc)\b/g, (word) => word.toUpperCase())
    .replace(/\basg\b/, 'Auto Scaling group:');
  return known.charAt(0).toUpperCase() + known.slice(1);
}

/** Of one or several actions of an experiment. */
export function faultName({ action }: Pick<ShownFault, 'action'>): string {
  return action.split(', ').map(actionName).join(', ');
}

export function nameInArn(arn: string): string {
  return arn.split(/[/:]/).at(-1) ?? arn;
}

export function toneOfFault(status: string): Tone {
  if (status === 'failed') return 'bad';
  if (status === 'completed') return 'good';
  if (status === 'stopped') return 'none';
  return status === 'running' ? 'warn' : 'busy';
}

/** How long it still goes on by the cloud's clock, in milliseconds; undefined where it has no end of its own. */
export function leftMs({ until }: ShownFault, nowMs: number | undefined): number | undefined {
  return until === undefined || nowMs === undefined ? undefined : Math.max(0, Date.parse(until) - nowMs);
}
