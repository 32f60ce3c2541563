import { useCallback, useEffect, useState } from 'react';
import { get, useLoaded } from '../api.ts';
import { Empty } from '../empty.tsx';
import { timeOfDay } from '../format.ts';
import { type TraceSummary, useNews } from '../live.ts';
import { RequestDetail } from '../requests/request-detail.tsx';
import { RequestRows } from '../requests/request-rows.tsx';
import { go, hrefOf, type Place } from '../router.ts';

const kept = 300;

const kinds = [
  { value: '', label: 'Everything' },
  { value: 'user', label: 'Users’ requests' },
  { value: 'api', label: 'API calls' },
  { value: 'work', label: 'Work set off by events and time' },
  { value: 'failed', label: 'Failed, also inside' },
];

/** What came in and what it set off, live; one of them hop by hop. */
export function Requests({ place }: { place: Place }) {
  const { requests, since, sampled, paused, pause } = useRequests();
  const text = place.query.get('q') ?? '';
  const kind = place.query.get('kind') ?? '';
  const selected = place.rest[0];
  const show = (change: Record<string, string>): void =>
    go(hrefOf('requests', selected ? [selected] : [], { q: text, kind, ...change }), { replace: true });
  const found = requests.filter((request) => matches(request, text, kind));
  return (
    <div className={`requests-page${selected ? ' has-detail' : ''}`}>
      <section className="card requests-list" aria-label="Requests">
        <header className="card-head">
          <h1>Requests</h1>
          <button type="button" aria-pressed={paused} onClick={() => pause(!paused)}>
            {paused ? 'Go on' : 'Pause'}
          </button>
        </header>
        <div className="filters">
          <input
            type="search"
            aria-label="Filter by path, host, status, service or trace id"
            placeholder="Path, host, status, service, trace id"
            value={text}
            onChange={(event) => show({ q: event.target.value })}
          />
          <select aria-label="Which requests" value={kind} onChange={(event) => show({ kind: event.target.value })}>
            {kinds.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <p className="dim small" role="status">
          {paused ? 'Paused. ' : ''}
          {sampled > 0
            ? `A sample: ${sampled} more came than are shown. Rates on the map count all.`
            : since === undefined
              ? ''
              : `Recorded since ${timeOfDay(since)}, when the console was opened.`}
        </p>
        {found.length > 0 ? (
          <RequestRows requests={found.slice(0, 150)} selected={selected} />
        ) : (
          <p className="dim nothing">
            {requests.length === 0 ? 'None yet. Open a site of yours, or call the API.' : 'None of those kept matches.'}
          </p>
        )}
      </section>
      {selected ? (
        <RequestDetail key={selected} traceId={selected} back={hrefOf('requests', [], { q: text, kind })} />
      ) : (
        <div className="requests-hint">
          <Empty title="Choose a request">Its way is shown hop by hop, with what each hop decided.</Empty>
        </div>
      )}
    </div>
  );
}

function useRequests() {
  const past = useLoaded('requests', () => get<{ sinceMs?: number; items: TraceSummary[] }>('requests'));
  const [requests, setRequests] = useState<TraceSummary[]>([]);
  const [sampled, setSampled] = useState(0);
  const [paused, pause] = useState(false);
  const merge = useCallback((news: TraceSummary[]): void => setRequests((now) => merged(now, news)), []);
  useEffect(() => {
    if (past.value) merge(past.value.items);
  }, [past.value, merge]);
  useNews('request', ({ items, seen }) => {
    if (paused) return;
    merge(items);
    if (seen > items.length) setSampled((now) => now + seen - items.length);
  });
  useNews('reset', past.again);
  return { requests, since: past.value?.sinceMs, sampled, paused, pause };
}

/** Newest first; what is told again of one has gone on since. */
function merged(now: TraceSummary[], news: TraceSummary[]): TraceSummary[] {
  const all = new Map(now.map((one) => [one.traceId, one]));
  for (const one of news) all.set(one.traceId, one);
  return [...all.values()].sort((a, b) => b.timeMs - a.timeMs).slice(0, kept);
}

function matches(request: TraceSummary, text: string, kind: string): boolean {
  const failed = request.failedInside || request.error !== undefined || (request.status ?? 0) >= 400;
  if (kind === 'failed' ? !failed : kind !== '' && request.kind !== kind) return false;
  const { name, host, service, status, error = '', traceId, path } = request;
  // Three digits, or 5xx, are a status and not a part of an id.
  if (/^[1-5](\d\d|xx)$/i.test(text.trim()))
    return new RegExp(`^${text.trim().toLowerCase().replaceAll('x', '\\d')}$`).test(String(status));
  return `${name} ${host} ${service} ${status} ${error} ${traceId} ${path.join(' ')}`
    .toLowerCase()
    .includes(text.trim().toLowerCase());
}
