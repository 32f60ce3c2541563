import { useState } from 'react';
import type { ShownWind } from '../../runtime/control-plane/console/clock-view.ts';
import { post } from './api.ts';
import { useCloudTime } from './cloud-clock.ts';
import { dateAndTime, span } from './format.ts';
import { Link } from './link.tsx';
import { hrefOf } from './router.ts';

export interface Status {
  timeMs: number;
  aheadMs: number;
  pace: 'running' | 'held';
  apiUrl: string;
  httpPort: number;
  services: string[];
}

const winds = [
  { label: '+1 min', about: 'Wind one minute forward', body: { durationMs: 60_000 } },
  { label: '+1 h', about: 'Wind one hour forward', body: { durationMs: 3_600_000 } },
  { label: '+1 d', about: 'Wind one day forward', body: { durationMs: 86_400_000 } },
  { label: 'next', about: 'Wind to the next scheduled event', body: { to: 'next' } },
];

/** The cloud's time, and the crank that winds it. */
export function ClockBar() {
  const { nowMs, aheadMs, winding } = useCloudTime();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const wind = async (body: object): Promise<void> => {
    setBusy(true);
    setSaid(await windBy(body));
    setBusy(false);
  };
  return (
    <div className="clock">
      <Link className="clock-face" href={hrefOf('clock')} title="The cloud's time, UTC; what waits for it">
        <time>{nowMs === undefined ? '…' : dateAndTime(nowMs)}</time>
        <span className="clock-ahead">
          {aheadMs > 1000 ? `${span(Math.round(aheadMs / 1000) * 1000)} ahead` : 'UTC'}
        </span>
      </Link>
      <fieldset className="winds" disabled={busy || winding}>
        <legend className="unseen">Wind the clock forward</legend>
        {winds.map(({ label, about, body }) => (
          <button key={label} type="button" title={about} onClick={() => void wind(body)}>
            {label}
          </button>
        ))}
      </fieldset>
      <span className={said || busy || winding ? 'clock-said' : 'unseen'} role="status">
        {busy || winding ? 'Winding …' : said}
      </span>
    </div>
  );
}

/** Winds, and says what came of it. */
export async function windBy(body: object): Promise<string> {
  try {
    const { fromMs, toMs, fired } = await post<ShownWind>('wind', body);
    return `Wound ${span(toMs - fromMs)} forward: ${fired} timers fired.`;
  } catch (error) {
    return (error as Error).message;
  }
}
