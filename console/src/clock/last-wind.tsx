import type { ShownWind } from '../../../runtime/control-plane/console/clock-view.ts';
import { dateAndTime, span } from '../format.ts';
import { Icon } from '../icons.tsx';
import { kinds, sentence } from './kinds.ts';

const listed = 40;

/** What happened in the last wind, whoever asked for it. */
export function LastWind({ wind }: { wind: ShownWind | undefined }) {
  if (!wind)
    return (
      <section className="card" aria-label="The last wind">
        <h2>The last wind</h2>
        <p className="dim">The clock was not wound since the cloud was started.</p>
      </section>
    );
  const yours = wind.things.filter(({ kind }) => kind !== 'upkeep');
  const upkeep = wind.things.filter(({ kind }) => kind === 'upkeep').reduce((sum, { count }) => sum + count, 0);
  const left = wind.left + Math.max(0, yours.length - listed);
  return (
    <section className="card" aria-label="The last wind">
      <h2>The last wind</h2>
      <p>
        <strong>{span(wind.toMs - wind.fromMs)}</strong>, from {dateAndTime(wind.fromMs)} to {dateAndTime(wind.toMs)}
      </p>
      {yours.length === 0 && <p className="dim">Nothing but upkeep happened.</p>}
      <ul className="happened">
        {yours.slice(0, listed).map(({ kind, name, count, firstMs, lastMs }) => (
          <li key={`${kind} ${name}`}>
            <Icon name={kinds[kind].icon} />
            <span className="awaited-name">
              <strong>{sentence(name)}</strong>
              <span className="dim">
                {count === 1 ? dateAndTime(firstMs) : `${dateAndTime(firstMs)} … ${dateAndTime(lastMs)}`}
              </span>
            </span>
            <span className="times">{count} ×</span>
          </li>
        ))}
      </ul>
      <p className="dim small">
        {left > 0 && `${left} more kinds of events are not shown. `}
        {upkeep > 0 && `Beside that ${upkeep} ${upkeep === 1 ? 'time' : 'times'} upkeep of the runtime’s own.`}
      </p>
    </section>
  );
}
