import { useEffect } from 'react';
import type { Agenda } from '../../../runtime/control-plane/console/clock-view.ts';
import { get, useLoaded } from '../api.ts';
import { AgendaList } from '../clock/agenda-list.tsx';
import { LastWind } from '../clock/last-wind.tsx';
import { WindControls } from '../clock/wind-controls.tsx';
import { useCloudTime } from '../cloud-clock.ts';
import { Empty, Problem } from '../empty.tsx';
import { dateAndTime, span } from '../format.ts';
import { useNews, useSettled } from '../live.ts';

/** The cloud's time: what it is, what waits for it, and how it is wound. */
export function ClockPage() {
  const loaded = useLoaded('agenda', () => get<Agenda>('agenda'));
  const { nowMs, aheadMs, pace, winding } = useCloudTime();
  const refresh = useSettled(300, loaded.again);
  const soon = useSettled(2000, loaded.again);
  useNews('clock', ({ phase }) => phase === 'ends' && refresh());
  useNews('stack', soon);
  useNews('fault', refresh);
  useNews('reset', refresh);
  // What was due has happened, and may wait for its next time.
  const passed = !winding && nowMs !== undefined && (loaded.value?.next[0]?.atMs ?? nowMs) < nowMs;
  useEffect(() => {
    if (passed) soon();
  });
  if (loaded.error) return <Problem error={loaded.error} />;
  if (!loaded.value) return <Empty>Looking …</Empty>;
  const time = dateAndTime(nowMs ?? loaded.value.timeMs);
  return (
    <div className="clock-page">
      <header className="page-head clock-head">
        <h1>Clock</h1>
        <p className="clock-large">
          <time>
            <span>{time.slice(0, 10)}</span> <span>{time.slice(11)}</span>
          </time>{' '}
          <span className="dim">UTC</span>
        </p>
        <p className="dim">
          {pace === 'held'
            ? 'The cloud’s time stands still until it is wound.'
            : 'The cloud’s time goes at the machine’s pace.'}{' '}
          {aheadMs > 1000
            ? `It is ${span(Math.round(aheadMs / 1000) * 1000)} ahead of the machine’s.`
            : pace === 'running' && 'It was not wound yet.'}
        </p>
      </header>
      <div className="clock-columns">
        <AgendaList agenda={loaded.value} />
        <div className="clock-side">
          <WindControls agenda={loaded.value} />
          <LastWind wind={loaded.value.lastWind} />
        </div>
      </div>
    </div>
  );
}
