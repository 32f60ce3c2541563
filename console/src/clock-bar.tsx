import { useEffect, useState } from 'react';
import { get, post, useLoaded } from './api.ts';
import { dateAndTime, span } from './format.ts';
import { useNews } from './live.ts';

export interface Status {
  timeMs: number;
  aheadMs: number;
  next: { atMs: number; name: string }[];
  apiUrl: string;
  httpPort: number;
  services: string[];
}

const winds = [
  { label: '+1 min', about: 'Wind one minute forward', body: { durationMs: 60_000 } },
  { label: '+1 h', about: 'Wind one hour forward', body: { durationMs: 3_600_000 } },
  { label: '+1 d', about: 'Wind one day forward', body: { durationMs: 86_400_000 } },
  { label: 'next', about: 'Wind to the next thing that is due', body: { to: 'next' } },
];

/** The cloud's time, and the crank that winds it. */
export function ClockBar() {
  const status = useLoaded('status', () => get<Status>('status'));
  const [aheadMs, setAheadMs] = useState<number | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const now = useMachineTime();
  useNews('clock', (news) => {
    setBusy(news.phase === 'begins');
    if (news.phase === 'ends') setAheadMs(news.aheadMs);
  });
  useNews('reset', status.again);
  const offset = aheadMs ?? status.value?.aheadMs;
  const wind = async (body: object): Promise<void> => {
    setBusy(true);
    try {
      const report = await post<{ fromMs: number; toMs: number; fired: number; aheadMs: number }>('wind', body);
      setAheadMs(report.aheadMs);
      setSaid(`Wound ${span(report.toMs - report.fromMs)} forward: ${report.fired} timers fired.`);
    } catch (error) {
      setSaid((error as Error).message);
    }
    setBusy(false);
  };
  return (
    <div className="clock">
      <div className="clock-face" title="The cloud's time, UTC">
        <time>{offset === undefined ? '…' : dateAndTime(now + offset)}</time>
        <span className="clock-ahead">
          {offset !== undefined && offset > 1000 ? `${span(Math.round(offset / 1000) * 1000)} ahead` : 'UTC'}
        </span>
      </div>
      <fieldset className="winds" disabled={busy}>
        <legend className="unseen">Wind the clock forward</legend>
        {winds.map(({ label, about, body }) => (
          <button key={label} type="button" title={about} onClick={() => void wind(body)}>
            {label}
          </button>
        ))}
      </fieldset>
      <span className={said ? 'clock-said' : 'unseen'} role="status">
        {busy ? 'Winding …' : said}
      </span>
    </div>
  );
}

function useMachineTime(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}
