import { type FormEvent, useState } from 'react';
import type { Agenda } from '../../../runtime/control-plane/console/clock-view.ts';
import { windBy } from '../clock-bar.tsx';
import { useCloudTime } from '../cloud-clock.ts';
import { dateAndTime, span } from '../format.ts';

const steps = [
  { label: '1 hour', durationMs: 3_600_000 },
  { label: '1 day', durationMs: 86_400_000 },
  { label: '1 week', durationMs: 7 * 86_400_000 },
];
const units = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
type Unit = keyof typeof units;

/** The crank: by a usual step, to what is scheduled next, or by any duration; and how far a wind has come. */
export function WindControls({ agenda }: { agenda: Agenda }) {
  const { nowMs, winding, progress } = useCloudTime();
  const [amount, setAmount] = useState('12');
  const [unit, setUnit] = useState<Unit>('hours');
  const [said, say] = useState('');
  const wind = async (body: object): Promise<void> => {
    say('');
    say(await windBy(body));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void wind({ durationMs: Number(amount) * units[unit] });
  };
  const { nextEventMs } = agenda;
  return (
    <section className="card" aria-label="Wind forward">
      <h2>Wind forward</h2>
      <fieldset className="wind-steps" disabled={winding}>
        <legend className="unseen">By a usual step</legend>
        {steps.map(({ label, durationMs }) => (
          <button key={label} type="button" onClick={() => void wind({ durationMs })}>
            {label}
          </button>
        ))}
        <button
          type="button"
          className="wind-next"
          disabled={nextEventMs === undefined}
          onClick={() => void wind({ to: 'next' })}
        >
          To the next scheduled event
          <span>
            {nextEventMs === undefined || nowMs === undefined
              ? 'nothing is scheduled'
              : `in ${span(Math.max(0, nextEventMs - nowMs))}`}
          </span>
        </button>
        <form onSubmit={submit}>
          <input
            type="number"
            min={1}
            required
            aria-label="How much"
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
          />
          <select aria-label="Unit" value={unit} onChange={(event) => setUnit(event.target.value as Unit)}>
            {Object.keys(units).map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
          <button type="submit" className="primary">
            Wind
          </button>
        </form>
      </fieldset>
      {winding && (
        <div className="wind-progress">
          <progress
            aria-label="How far the wind has come"
            {...(progress ? { max: progress.toMs - progress.fromMs, value: progress.nowMs - progress.fromMs } : {})}
          />
          <p>
            {progress
              ? `${dateAndTime(progress.nowMs)} of ${dateAndTime(progress.toMs)}: ${progress.fired} timers fired so far.`
              : 'Winding …'}
          </p>
        </div>
      )}
      <p className="dim small">
        Everything that is due on the way happens, in its order and at its own time. Time does not go back.
      </p>
      <p className={said ? 'said' : 'unseen'} role="status">
        {said}
      </p>
    </section>
  );
}
