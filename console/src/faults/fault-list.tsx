import { useState } from 'react';
import { post } from '../api.ts';
import { useCloudTime } from '../cloud-clock.ts';
import { dateAndTime, span, timeOfDay } from '../format.ts';
import { StatusMark } from '../status.tsx';
import { type FaultList, faultName, leftMs, nameInArn, type ShownFault, toneOfFault } from './fault.ts';

const namesShown = 6;

/** What is broken now, how long it still is, and the way to heal it. */
export function ActiveFaults({ faults, names }: { faults: ShownFault[]; names: FaultList['names'] }) {
  if (faults.length === 0) return null;
  return (
    <section className="card card-warn" aria-label="Broken now">
      <h2>Broken now</h2>
      <ul className="faults">
        {faults.map((fault) => (
          <ActiveFault key={fault.id} fault={fault} names={names} />
        ))}
      </ul>
    </section>
  );
}

function ActiveFault({ fault, names }: { fault: ShownFault; names: FaultList['names'] }) {
  const { nowMs } = useCloudTime();
  const [said, say] = useState('');
  const [busy, setBusy] = useState(false);
  const left = leftMs(fault, nowMs);
  const heal = async (): Promise<void> => {
    setBusy(true);
    try {
      await post('faults/stop', { id: fault.id, region: fault.region });
    } catch (error) {
      say((error as Error).message);
      setBusy(false);
    }
  };
  return (
    <li className="fault">
      <div className="fault-head">
        <strong>{faultName(fault)}</strong>
        <StatusMark tone={toneOfFault(fault.status)}>{fault.status}</StatusMark>
        <button type="button" className="primary" disabled={busy} onClick={() => void heal()}>
          {busy ? 'Healing …' : 'Heal'}
        </button>
      </div>
      <Targets arns={fault.targets} names={names} />
      {left !== undefined && fault.until !== undefined && fault.started !== undefined && (
        <div className="fault-time">
          <progress
            aria-label={`Time that has passed of ${faultName(fault)}`}
            max={Date.parse(fault.until) - Date.parse(fault.started)}
            value={Date.parse(fault.until) - Date.parse(fault.started) - left}
          />
          <span>
            <strong>{span(Math.ceil(left / 1000) * 1000)}</strong> left, until {timeOfDay(Date.parse(fault.until))}
          </span>
        </div>
      )}
      <Facts fault={fault} />
      {said && (
        <p className="refusal" role="alert">
          {said}
        </p>
      )}
    </li>
  );
}

/** What was, newest first. */
export function PastFaults({ list: { past: faults, more, names } }: { list: FaultList }) {
  return (
    <section className="card" aria-label="Before">
      <h2>
        Before <span className="count">{faults.length}</span>
      </h2>
      {faults.length === 0 ? (
        <p className="dim">
          Nothing was broken yet. Experiments of the API, of templates and of <code>orrery faults</code> are listed here
          too.
        </p>
      ) : (
        <ul className="faults">
          {faults.map((fault) => (
            <li key={fault.id} className="fault">
              <div className="fault-head">
                <strong>{faultName(fault)}</strong>
                <StatusMark tone={toneOfFault(fault.status)}>{fault.status}</StatusMark>
              </div>
              <Targets arns={fault.targets} names={names} />
              <p className="dim small">{whenOf(fault)}</p>
              {fault.status === 'failed' && <p className="refusal">{fault.reason}</p>}
              {fault.status === 'stopped' && <p className="dim small">{fault.reason}</p>}
              <Facts fault={fault} />
            </li>
          ))}
        </ul>
      )}
      {more && (
        <p className="dim small">
          Older ones are not shown: <code>aws fis list-experiments</code> has them, for 120 days.
        </p>
      )}
    </section>
  );
}

function Targets({ arns, names }: { arns: string[]; names: FaultList['names'] }) {
  if (arns.length === 0) return null;
  return (
    <ul className="chips" aria-label="Targets">
      {arns.slice(0, namesShown).map((arn) => (
        <li key={arn} title={arn}>
          {names[arn] === undefined ? nameInArn(arn) : `${names[arn]} · ${nameInArn(arn)}`}
        </li>
      ))}
      {arns.length > namesShown && <li>{arns.length - namesShown} more</li>}
    </ul>
  );
}

function Facts({ fault: { id, action, parameters, region } }: { fault: ShownFault }) {
  return (
    <details className="fault-facts">
      <summary>
        {id} <span className="unseen">in detail</span>
      </summary>
      <dl>
        <div>
          <dt>action</dt>
          <dd>{action}</dd>
        </div>
        <div>
          <dt>region</dt>
          <dd>{region}</dd>
        </div>
        {Object.entries(parameters).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function whenOf({ started, ended }: ShownFault): string {
  if (started === undefined)
    return ended === undefined ? 'It never began.' : `Given up ${dateAndTime(Date.parse(ended))}`;
  const began = dateAndTime(Date.parse(started));
  if (ended === undefined) return began;
  const lasted = Date.parse(ended) - Date.parse(started);
  return lasted < 1000 ? began : `${began}, for ${span(lasted)}`;
}
