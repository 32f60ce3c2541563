import { useState } from 'react';
import { call, useLoaded } from '../api.ts';
import { dateAndTime, typeName } from '../format.ts';
import { StatusMark, type Tone } from '../status.tsx';
import type { Stack, StackResource } from './stack.ts';

interface Drift {
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceType: string;
  StackResourceDriftStatus: 'IN_SYNC' | 'MODIFIED' | 'DELETED' | 'NOT_CHECKED';
  PropertyDifferences?: {
    PropertyPath: string;
    ExpectedValue: string;
    ActualValue: string;
    DifferenceType: 'ADD' | 'REMOVE' | 'NOT_EQUAL';
  }[];
  Timestamp: string;
}

const mostRead = 500;

/** Where what is differs from what the template says, resource by resource. */
export function DriftSection({ stack, resources }: { stack: Stack; resources: StackResource[] }) {
  const drifts = useLoaded(`drift ${stack.StackId} ${stack.LastUpdatedTime ?? ''}`, () => driftsOf(stack));
  const [busy, setBusy] = useState(false);
  const [said, say] = useState('');
  const detect = async (): Promise<void> => {
    setBusy(true);
    say('');
    try {
      await call('cloudformation', 'DetectStackDrift', { StackName: stack.StackId }, stack.region);
      drifts.again();
    } catch (error) {
      say((error as Error).message);
    }
    setBusy(false);
  };
  const checked = drifts.value ?? [];
  const differing = checked.filter(({ StackResourceDriftStatus: status }) => status !== 'IN_SYNC');
  const lastMs = Math.max(0, ...checked.map(({ Timestamp }) => Date.parse(Timestamp)));
  return (
    <section className="card" aria-label="Drift">
      <header className="card-head">
        <h2>Drift</h2>
        <button type="button" disabled={busy || /IN_PROGRESS$/.test(stack.StackStatus)} onClick={() => void detect()}>
          {busy ? 'Looking …' : 'Look for drift'}
        </button>
      </header>
      <p role="status">
        {checked.length === 0 ? (
          <span className="dim">Not looked for since the stack was deployed.</span>
        ) : (
          <>
            <StatusMark tone={differing.length > 0 ? 'warn' : 'good'}>
              {differing.length > 0 ? `${differing.length} drifted` : 'as the template says'}
            </StatusMark>{' '}
            <span className="dim small">
              {checked.length} resources compared at {dateAndTime(lastMs)}
            </span>
          </>
        )}
      </p>
      {(said || drifts.error) && (
        <p className="refusal" role="alert">
          {said || drifts.error?.message}
        </p>
      )}
      <ul className="drifts">
        {differing.map((drift) => (
          <OneDrift key={drift.LogicalResourceId} drift={drift} />
        ))}
      </ul>
      {checked.length > 0 && <Unchecked resources={resources} checked={checked} />}
    </section>
  );
}

function OneDrift({ drift }: { drift: Drift }) {
  const { LogicalResourceId, ResourceType, StackResourceDriftStatus: status, PropertyDifferences = [] } = drift;
  return (
    <li className="drift">
      <div className="change-set-head">
        <strong>{LogicalResourceId}</strong>
        <span className="dim">{typeName(ResourceType)}</span>
        <StatusMark tone={tones[status]}>{status.toLowerCase()}</StatusMark>
      </div>
      {status === 'DELETED' && <p className="dim">It is in the template, and is no longer there.</p>}
      {PropertyDifferences.length > 0 && (
        <div className="drift-table">
          <table>
            <thead>
              <tr>
                <th scope="col">property</th>
                <th scope="col">expected</th>
                <th scope="col">actual</th>
              </tr>
            </thead>
            <tbody>
              {PropertyDifferences.map(({ PropertyPath, ExpectedValue, ActualValue }) => (
                <tr key={PropertyPath}>
                  <th scope="row">
                    <code>{PropertyPath.slice(1)}</code>
                  </th>
                  <td>
                    <code>{ExpectedValue}</code>
                  </td>
                  <td>
                    <code>{ActualValue}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </li>
  );
}

/** Types that cannot be read back, by name: that they have not drifted was not found out. */
function Unchecked({ resources, checked }: { resources: StackResource[]; checked: Drift[] }) {
  const known = new Set(checked.map(({ LogicalResourceId }) => LogicalResourceId));
  const left = resources.filter(({ LogicalResourceId }) => !known.has(LogicalResourceId));
  if (left.length === 0) return null;
  const types = [...new Set(left.map(({ ResourceType }) => typeName(ResourceType)))].sort();
  return (
    <details className="fault-facts">
      <summary>{left.length} resources were not compared: Orrery does not read their types back</summary>
      <ul className="chips">
        {types.map((type) => (
          <li key={type}>{type}</li>
        ))}
      </ul>
    </details>
  );
}

async function driftsOf({ StackId, region }: Stack): Promise<Drift[]> {
  const all: Drift[] = [];
  let NextToken: string | undefined;
  do {
    const page = await call<{ StackResourceDrifts?: Drift[]; NextToken?: string }>(
      'cloudformation',
      'DescribeStackResourceDrifts',
      { StackName: StackId, ...(NextToken === undefined ? {} : { NextToken }) },
      region,
    );
    all.push(...(page.StackResourceDrifts ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined && all.length < mostRead);
  return all;
}

const tones: Record<Drift['StackResourceDriftStatus'], Tone> = {
  IN_SYNC: 'good',
  MODIFIED: 'warn',
  DELETED: 'bad',
  NOT_CHECKED: 'none',
};
