import { useState } from 'react';
import { call, useLoaded } from '../api.ts';
import { dateAndTime, typeName } from '../format.ts';
import { type StackEvent, useNews } from '../live.ts';
import { StackStatus } from '../status.tsx';
import type { Stack } from './stack.ts';

const shown = 100;

/** Newest first, each as it comes. */
export function StackEvents({ stack }: { stack: Stack }) {
  const past = useLoaded(`events ${stack.StackId}`, async () => {
    const { StackEvents: events = [] } = await call<{
      StackEvents?: (Omit<StackEvent, 'timeMs'> & { Timestamp: string })[];
    }>('cloudformation', 'DescribeStackEvents', { StackName: stack.StackId }, stack.region);
    return events.map(({ Timestamp, ...event }): StackEvent => ({ ...event, timeMs: Date.parse(Timestamp) }));
  });
  const [fresh, setFresh] = useState<StackEvent[]>([]);
  useNews('stack', (event) => {
    if (event.StackId === stack.StackId) setFresh((now) => [event, ...now].slice(0, shown));
  });
  useNews('reset', past.again);
  const known = new Set(fresh.map(({ EventId }) => EventId));
  const events = [...fresh, ...(past.value ?? []).filter(({ EventId }) => !known.has(EventId))].slice(0, shown);
  return (
    <section className="card">
      <h2>Events</h2>
      <ol className="events" aria-live="off">
        {events.map((event) => (
          <li key={event.EventId} className={known.has(event.EventId) ? 'fresh' : undefined}>
            <time>{dateAndTime(event.timeMs)}</time>
            <span className="event-name">
              <strong>{event.LogicalResourceId}</strong> <span className="dim">{typeName(event.ResourceType)}</span>
            </span>
            <StackStatus status={event.ResourceStatus} />
            {event.ResourceStatusReason && <p>{event.ResourceStatusReason}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
