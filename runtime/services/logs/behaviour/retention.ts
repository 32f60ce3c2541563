import type { Kernel, Running } from '../../../kernel/service.ts';
import { expiryMs, groups } from '../state.ts';
import { eventTable } from './event-table.ts';

/** Reading never shows what has expired; this is how often it is also deleted (AWS takes up to 72 hours). */
const sweepMs = 24 * 60 * 60_000;

export function sweepExpired(kernel: Kernel): Running {
  const table = kernel.engine(eventTable);
  const timer = kernel.clock.every(
    sweepMs,
    'deletion of log events past their retention',
    () => {
      const nowMs = kernel.clock.now();
      for (const scope of kernel.store.scopes('logs.groups')) {
        for (const group of groups(kernel, scope).values()) {
          if (group.retentionInDays !== undefined) table.expire(group.id, expiryMs(group, nowMs));
        }
      }
    },
    { kind: 'retention' },
  );
  return { stop: () => timer.cancel() };
}
