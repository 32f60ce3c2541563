import { useEffect, useRef, useState } from 'react';
import { get, useLoaded } from '../api.ts';
import type { Status } from '../clock-bar.tsx';
import { Problem } from '../empty.tsx';
import { type LogLine, useNews } from '../live.ts';
import { LogLines } from '../logs/log-lines.tsx';
import { logGroups, recentLines } from '../logs/read-logs.ts';
import { go, hrefOf, type Place } from '../router.ts';

const shown = 500;
const spans: Record<string, number> = { '15 minutes': 900_000, '3 hours': 10_800_000, '2 days': 172_800_000 };

/** Lines of all services and functions: the newest of the past, then each as it comes. */
export function Logs({ place }: { place: Place }) {
  const group = place.query.get('group') ?? '';
  const search = place.query.get('q') ?? '';
  const span = place.query.get('span') ?? '15 minutes';
  const groups = useLoaded('log groups', async () => logGroups((await get<{ regions: string[] }>('regions')).regions));
  const names = groups.value ?? [];
  const past = useLoaded(`logs ${group} ${span} ${names.length}`, async () => {
    const { timeMs } = await get<Status>('status');
    const wanted = names.filter(({ logGroupName }) => group === '' || logGroupName === group);
    return recentLines(wanted, timeMs - (spans[span] ?? 900_000));
  });
  const [fresh, setFresh] = useState<{ group: string; lines: LogLine[]; left: number }>({ group, lines: [], left: 0 });
  const [following, follow] = useState(true);
  useNews('log', ({ items, seen }) => {
    if (!following) return;
    if (items.some((line) => !names.some(({ logGroupName }) => logGroupName === line.group))) groups.again();
    setFresh((now) => ({
      group,
      lines: [...now.lines, ...items].slice(-shown),
      left: now.left + seen - items.length,
    }));
  });
  const matching = [...(past.value ?? []), ...fresh.lines]
    .filter(
      (line) => (group === '' || line.group === group) && line.message.toLowerCase().includes(search.toLowerCase()),
    )
    .slice(-shown);
  const lines = unique(matching);
  const show = (change: Record<string, string>): void =>
    go(hrefOf('logs', [], { group, q: search, span, ...change }), { replace: true });
  if (groups.error) return <Problem error={groups.error} />;
  return (
    <div className="logs">
      <header className="logs-head">
        <h1>Logs</h1>
        <select aria-label="Log group" value={group} onChange={(event) => show({ group: event.target.value })}>
          <option value="">All {names.length} groups</option>
          {names.map(({ logGroupName, region }) => (
            <option key={`${region} ${logGroupName}`}>{logGroupName}</option>
          ))}
        </select>
        <input
          type="search"
          aria-label="Search in lines"
          placeholder="Search in lines"
          value={search}
          onChange={(event) => show({ q: event.target.value })}
        />
        <select aria-label="How far back" value={span} onChange={(event) => show({ span: event.target.value })}>
          {Object.keys(spans).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button type="button" aria-pressed={following} onClick={() => follow(!following)}>
          {following ? 'Following' : 'Follow'}
        </button>
      </header>
      {fresh.left > 0 && <p className="dim small">A sample: {fresh.left} more lines came than are shown.</p>}
      <Scroller follow={following} last={lines.length}>
        {lines.length > 0 ? (
          <LogLines lines={lines} search={search} withGroup={group === ''} />
        ) : (
          <p className="dim nothing">{past.value ? 'No line of this time matches.' : 'Looking …'}</p>
        )}
      </Scroller>
    </div>
  );
}

/** Stays at the end while it follows. */
function Scroller({ follow, last, children }: { follow: boolean; last: number; children: React.ReactNode }) {
  const box = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are what it scrolls for
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [follow, last]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="log-box" aria-label="Lines" ref={box} tabIndex={0}>
      {children}
    </section>
  );
}

/** What was asked for and what came by itself overlap. */
function unique(lines: LogLine[]): LogLine[] {
  const seen = new Set<string>();
  return lines.filter(({ timeMs, group, stream, message }) => {
    const key = `${timeMs} ${group} ${stream} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}
