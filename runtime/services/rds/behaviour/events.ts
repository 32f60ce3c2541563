import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';

export interface EventRecord {
  SourceIdentifier: string;
  SourceType: 'db-cluster' | 'db-instance' | 'db-cluster-snapshot' | 'db-snapshot';
  Message: string;
  EventCategories: string[];
  SourceArn: string;
  timeMs: number;
}

/** "Retrieves events … for the last 14 days" (DescribeEvents). */
export const keptMs = 14 * 86_400_000;
const mostKept = 2000;

export function recordEvent(kernel: Kernel, scope: Scope, event: Omit<EventRecord, 'timeMs'>): void {
  const events = kernel.store.collection<EventRecord>('rds.events', scope);
  const timeMs = kernel.clock.now();
  for (const [key, old] of events.entries())
    if (old.timeMs < timeMs - keptMs || events.size >= mostKept) events.delete(key);
    else break;
  events.put(`${String(timeMs).padStart(15, '0')}-${kernel.ids.lower(8)}`, { ...event, timeMs });
}

export const eventsOf = (ctx: Context) => ctx.collection<EventRecord>('rds.events');
