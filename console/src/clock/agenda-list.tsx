import { useState } from 'react';
import type { Agenda, Awaited } from '../../../runtime/control-plane/console/clock-view.ts';
import { windBy } from '../clock-bar.tsx';
import { useCloudTime } from '../cloud-clock.ts';
import { dateAndTime, span } from '../format.ts';
import { Icon } from '../icons.tsx';
import { type Kind, kinds, sentence } from './kinds.ts';

const hourMs = 3_600_000;
const stretches = [
  { title: 'Within the hour', untilMs: hourMs },
  { title: 'Within a day', untilMs: 24 * hourMs },
  { title: 'Within a week', untilMs: 7 * 24 * hourMs },
  { title: 'Later', untilMs: Number.POSITIVE_INFINITY },
];
const listed = 120;

/** What waits for its time, the soonest first; upkeep only when it is asked for. */
export function AgendaList({ agenda }: { agenda: Agenda }) {
  const { nowMs = agenda.timeMs } = useCloudTime();
  const [wanted, want] = useState<Kind | 'all'>('all');
  const due = agenda.next.filter(({ atMs }) => atMs >= nowMs - 1000);
  const found = due.filter(({ kind }) => (wanted === 'all' ? kind !== 'upkeep' : kind === wanted));
  const shown = found.slice(0, listed);
  const present = (Object.keys(kinds) as Kind[]).filter((kind) => due.some((one) => one.kind === kind));
  return (
    <section className="card" aria-label="What happens next">
      <header className="card-head">
        <h2>
          What happens next <span className="count">{found.length}</span>
        </h2>
        <label className="agenda-filter">
          <span className="unseen">Which</span>
          <select value={wanted} onChange={(event) => want(event.target.value as Kind | 'all')}>
            <option value="all">All but upkeep</option>
            {present.map((kind) => (
              <option key={kind} value={kind}>
                {kinds[kind].title}
              </option>
            ))}
          </select>
        </label>
      </header>
      {shown.length === 0 && <p className="dim">Nothing waits for its time.</p>}
      {stretches.map(({ title, untilMs }, index) => {
        const fromMs = stretches[index - 1]?.untilMs ?? Number.NEGATIVE_INFINITY;
        const rows = shown.filter(({ atMs }) => atMs - nowMs > fromMs && atMs - nowMs <= untilMs);
        if (rows.length === 0) return null;
        return (
          <div key={title} className="stretch">
            <h3>{title}</h3>
            <ul>
              {rows.map((one) => (
                <Row key={`${one.kind} ${one.name}`} one={one} nowMs={nowMs} />
              ))}
            </ul>
          </div>
        );
      })}
      {found.length > shown.length && (
        <p className="dim small">{found.length - shown.length} later ones are not shown: choose a kind.</p>
      )}
      {agenda.left > 0 && <p className="dim small">More waits than the runtime lists at once.</p>}
    </section>
  );
}

function Row({ one: { name, kind, atMs, count }, nowMs }: { one: Awaited; nowMs: number }) {
  const { winding } = useCloudTime();
  return (
    <li className="awaited">
      <Icon name={kinds[kind].icon} />
      <span className="awaited-name">
        <strong>{sentence(name)}</strong>
        <span className="dim">
          {kinds[kind].title}
          {count > 1 && `, ${count} of them`}
        </span>
      </span>
      <span className="awaited-time">
        <strong>in {span(Math.max(0, atMs - nowMs))}</strong>
        <time className="dim">{dateAndTime(atMs)}</time>
      </span>
      <button
        type="button"
        disabled={winding}
        aria-label={`Wind to it: ${sentence(name)}`}
        onClick={() => void windBy({ toMs: atMs })}
      >
        Wind to it
      </button>
    </li>
  );
}
