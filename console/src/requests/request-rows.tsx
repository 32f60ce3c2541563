import { duration, timeOfDay } from '../format.ts';
import { Link } from '../link.tsx';
import type { TraceSummary } from '../live.ts';
import { hrefOf, usePlace } from '../router.ts';
import { StatusMark, toneOfHttp } from '../status.tsx';

/** One line a request; what failed inside says so although it was answered. */
export function RequestRows({ requests, selected }: { requests: TraceSummary[]; selected?: string | undefined }) {
  // Filters of the list stay while one request after the other is looked at.
  const { page, query } = usePlace();
  const kept = page === 'requests' ? Object.fromEntries(query) : {};
  return (
    <ol className="requests">
      {requests.map((request) => (
        <li key={request.traceId}>
          <Link
            href={hrefOf('requests', [request.traceId], kept)}
            aria-current={request.traceId === selected ? 'true' : undefined}
          >
            <time>{timeOfDay(request.timeMs)}</time>
            <StatusMark tone={toneOfHttp(request.status, request.error)}>{outcomeOf(request)}</StatusMark>
            <span className="request-name">
              <strong>{request.name}</strong>
              <span className="dim">{request.host || request.service}</span>
            </span>
            <span className="request-path dim">{request.path.join(' → ')}</span>
            {request.failedInside && !request.error && (request.status ?? 0) < 500 && (
              <StatusMark tone="warn">failed inside</StatusMark>
            )}
            <span className="request-time">{duration(request.durationMs)}</span>
          </Link>
        </li>
      ))}
    </ol>
  );
}

function outcomeOf({ status, error }: TraceSummary): string {
  return status !== undefined ? String(status) : error ? 'error' : 'done';
}
