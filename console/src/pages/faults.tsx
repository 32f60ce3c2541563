import { useState } from 'react';
import { get, useLoaded } from '../api.ts';
import { Empty, Problem } from '../empty.tsx';
import { type FaultActions, type FaultList, faultName, type ShownFault } from '../faults/fault.ts';
import { FaultForm } from '../faults/fault-form.tsx';
import { ActiveFaults, PastFaults } from '../faults/fault-list.tsx';
import { useNews, useSettled } from '../live.ts';

/** Experiments of FIS: start one, see what is broken, heal it. */
export function Faults() {
  const faults = useLoaded('faults', () => get<FaultList>('faults'));
  const about = useLoaded('fault actions', () => get<FaultActions>('fault-actions'));
  const regions = useLoaded('regions', () => get<{ regions: string[] }>('regions'));
  const [said, say] = useState('');
  const refresh = useSettled(200, faults.again);
  useNews('fault', refresh);
  useNews('reset', refresh);
  if (faults.error) return <Problem error={faults.error} />;
  if (!faults.value || !about.value || !regions.value) return <Empty>Looking …</Empty>;
  if (!faults.value.runs) return <Empty title="No faults here">The Fault Injection Service does not run.</Empty>;
  const started = (fault: ShownFault): void => {
    say(
      fault.status === 'failed'
        ? `${faultName(fault)} failed: ${fault.reason}`
        : `${faultName(fault)} is ${fault.status}, on ${fault.targets.length === 1 ? 'one target' : `${fault.targets.length} targets`}.`,
    );
    faults.again();
  };
  return (
    <div className="faults-page">
      <header className="page-head">
        <h1>Faults</h1>
        <p className="dim">
          Experiments of the Fault Injection Service, as its API and <code>orrery faults</code> start them too.
        </p>
      </header>
      <p className={said ? 'said' : 'unseen'} role="status">
        {said}
      </p>
      <ActiveFaults faults={faults.value.active} names={faults.value.names} />
      <FaultForm about={about.value} regions={regions.value.regions} onStarted={started}>
        <PastFaults list={faults.value} />
      </FaultForm>
    </div>
  );
}
