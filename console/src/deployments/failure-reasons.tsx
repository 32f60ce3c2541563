import { call, useLoaded } from '../api.ts';
import { timeOfDay, typeName } from '../format.ts';
import type { StackEvent } from '../live.ts';
import type { Stack } from './stack.ts';

type PageEvent = Omit<StackEvent, 'timeMs'> & { Timestamp: string };

/** The first refusals of the last deployment: what came after them was only given up on their account. */
export function FailureReasons({ stack }: { stack: Stack }) {
  const failed = /FAILED|ROLLBACK/.test(stack.StackStatus);
  const events = useLoaded(`${stack.StackId} ${stack.StackStatus}`, async () =>
    failed
      ? (
          await call<{ StackEvents?: PageEvent[] }>(
            'cloudformation',
            'DescribeStackEvents',
            { StackName: stack.StackId },
            stack.region,
          )
        ).StackEvents
      : [],
  );
  const reasons = causesOf(events.value ?? [], stack);
  if (!failed || reasons.length === 0) return null;
  return (
    <section className="card card-bad" aria-label="Why it failed">
      <h2>Why it failed</h2>
      <ul className="reasons">
        {reasons.map((event) => (
          <li key={event.EventId}>
            <strong>{event.LogicalResourceId}</strong> <span className="dim">{typeName(event.ResourceType)}</span>
            <time className="dim">{timeOfDay(Date.parse(event.Timestamp))}</time>
            <p>{event.ResourceStatusReason}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function causesOf(events: PageEvent[], stack: Stack): PageEvent[] {
  // Newest first: the last deployment goes back to the stack's own beginning of it.
  const begins = events.findIndex(
    ({ LogicalResourceId, ResourceStatus, PhysicalResourceId }) =>
      LogicalResourceId === stack.StackName &&
      PhysicalResourceId === stack.StackId &&
      /^(CREATE|UPDATE|IMPORT)_IN_PROGRESS$/.test(ResourceStatus),
  );
  return (begins < 0 ? events : events.slice(0, begins))
    .filter(
      ({ ResourceStatus, ResourceStatusReason = '' }) =>
        /FAILED$/.test(ResourceStatus) && !/cancelled/i.test(ResourceStatusReason) && ResourceStatusReason !== '',
    )
    .reverse()
    .slice(0, 4);
}
