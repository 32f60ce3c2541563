import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { arnOf } from '../state.ts';
import { type EventKind, eventKinds, type SourceType } from './event-kinds.ts';

export interface EventRecord {
  SourceIdentifier: string;
  SourceType: SourceType;
  Message: string;
  EventCategories: string[];
  SourceArn: string;
  EventID: string;
  timeMs: number;
}

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    'rds.event': { scope: Scope; event: EventRecord };
  }
}

/** "Retrieves events … for the last 14 days" (DescribeEvents). */
export const keptMs = 14 * 86_400_000;
const mostKept = 2000;

const arnKinds: Readonly<Record<SourceType, string>> = {
  'db-cluster': 'cluster',
  'db-instance': 'db',
  'db-cluster-snapshot': 'cluster-snapshot',
  'db-snapshot': 'snapshot',
};

/** Something has happened to a database: it is kept, and told to who asked to be told. */
export function tell(kernel: Kernel, { account, region }: Scope, kind: EventKind, id: string, about = ''): void {
  const { source, id: EventID, category, message } = eventKinds[kind];
  const scope = { account, region };
  const events = kernel.store.collection<EventRecord>('rds.events', scope);
  const timeMs = kernel.clock.now();
  for (const [key, old] of events.entries())
    if (old.timeMs < timeMs - keptMs || events.size >= mostKept) events.delete(key);
    else break;
  const event: EventRecord = {
    SourceIdentifier: id,
    SourceType: source,
    Message: message.replace('%s', () => about),
    EventCategories: [category],
    SourceArn: arnOf(scope, arnKinds[source], id),
    EventID,
    timeMs,
  };
  events.put(`${String(timeMs).padStart(15, '0')}-${kernel.ids.lower(8)}`, event);
  kernel.events.emit('rds.event', { scope, event });
}

export const eventsOf = (ctx: Context) => ctx.collection<EventRecord>('rds.events');
