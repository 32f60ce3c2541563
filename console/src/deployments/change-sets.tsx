import { useState } from 'react';
import { call, useLoaded } from '../api.ts';
import { Confirm } from '../confirm.tsx';
import { dateAndTime, typeName, words } from '../format.ts';
import { Icon, iconOf } from '../icons.tsx';
import { useNews, useSettled } from '../live.ts';
import { StatusMark, type Tone } from '../status.tsx';
import { type ChangeSet, changesOf, type ResourceChange, replacementOf } from './change-set.ts';
import type { Stack } from './stack.ts';

/** What was prepared for a stack: what each change would do, and the buttons that do it or give it up. */
export function ChangeSets({ stack }: { stack: Stack }) {
  const sets = useLoaded(`change sets ${stack.StackId} ${stack.StackStatus}`, async () => {
    const { Summaries = [] } = await call<{ Summaries?: ChangeSet[] }>(
      'cloudformation',
      'ListChangeSets',
      { StackName: stack.StackId },
      stack.region,
    );
    return Summaries.sort((a, b) => (a.CreationTime < b.CreationTime ? 1 : -1));
  });
  const refresh = useSettled(200, sets.again);
  useNews('change-set', ({ stackName }) => stackName === stack.StackName && refresh());
  useNews('reset', refresh);
  const all = sets.value ?? [];
  return (
    <section className="card" aria-label="Change sets">
      <h2>
        Change sets <span className="count">{all.length}</span>
      </h2>
      {sets.error && <p className="refusal">{sets.error.message}</p>}
      {all.length === 0 ? (
        <p className="dim">
          None. <code>cdk deploy --no-execute</code> or <code>aws cloudformation create-change-set</code> makes one, and
          it is shown here before anything changes.
        </p>
      ) : (
        <ul className="change-sets">
          {all.map((set) => (
            <OneSet
              key={set.ChangeSetId}
              set={set}
              stack={stack}
              first={set === all[0] || set.ExecutionStatus === 'AVAILABLE'}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function OneSet({ set, stack, first }: { set: ChangeSet; stack: Stack; first: boolean }) {
  const { ChangeSetId, ChangeSetName, ExecutionStatus, StatusReason, CreationTime, Description } = set;
  const [open, setOpen] = useState(first);
  const [asking, ask] = useState(false);
  const [said, say] = useState('');
  const loaded = useLoaded(open ? `changes ${ChangeSetId}` : '', async () =>
    open ? changesOf(ChangeSetId, stack.region) : { changes: [], more: false },
  );
  const changes = loaded.value?.changes ?? [];
  const act = async (operation: 'ExecuteChangeSet' | 'DeleteChangeSet'): Promise<void> => {
    ask(false);
    try {
      await call('cloudformation', operation, { ChangeSetName: ChangeSetId }, stack.region);
    } catch (error) {
      say((error as Error).message);
    }
  };
  const available = ExecutionStatus === 'AVAILABLE';
  return (
    <li className="change-set">
      <div className="change-set-head">
        <button type="button" className="disclose" aria-expanded={open} onClick={() => setOpen(!open)}>
          {ChangeSetName}
        </button>
        <StatusMark tone={toneOf(set)}>{set.Status === 'FAILED' ? 'failed' : words(ExecutionStatus)}</StatusMark>
        <span className="dim small">{dateAndTime(Date.parse(CreationTime))}</span>
        <span className="change-set-do">
          {available && (
            <button type="button" className="primary" onClick={() => ask(true)}>
              Execute …
            </button>
          )}
          <button type="button" onClick={() => void act('DeleteChangeSet')}>
            Delete<span className="unseen"> {ChangeSetName}</span>
          </button>
        </span>
      </div>
      {Description && <p className="dim">{Description}</p>}
      {StatusReason && <p className={set.Status === 'FAILED' ? 'refusal' : 'dim'}>{StatusReason}</p>}
      {said && (
        <p className="refusal" role="alert">
          {said}
        </p>
      )}
      {open && <Changes changes={changes} />}
      {open && loaded.error && <p className="refusal">{loaded.error.message}</p>}
      {open && loaded.value?.more && <p className="dim small">There are more changes than are shown.</p>}
      {asking && (
        <Confirm
          title={`Execute ${ChangeSetName}?`}
          verb="Execute"
          onYes={() => void act('ExecuteChangeSet')}
          onNo={() => ask(false)}
        >
          <Consequences changes={changes} name={stack.StackName} />
        </Confirm>
      )}
    </li>
  );
}

function Changes({ changes }: { changes: ResourceChange[] }) {
  return (
    <ul className="changes">
      {changes.map((change) => {
        const { text, tone } = replacementOf(change);
        return (
          <li key={`${change.LogicalResourceId} ${change.Action}`} className="change">
            <Icon name={iconOf(change.ResourceType)} />
            <div className="row-name">
              <strong>{change.LogicalResourceId}</strong>
              <span className="dim">{typeName(change.ResourceType)}</span>
            </div>
            <span className="change-action">{change.Action}</span>
            <StatusMark tone={tone}>{text}</StatusMark>
            <Details change={change} />
          </li>
        );
      })}
    </ul>
  );
}

function Details({ change: { Details: details = [] } }: { change: ResourceChange }) {
  if (details.length === 0) return null;
  return (
    <ul className="change-details">
      {details.slice(0, 40).map(({ Target = {} }) => {
        const path = (Target.Path ?? Target.Name ?? Target.Attribute ?? '').replace(/^\/Properties\//, '');
        return (
          <li key={path}>
            <code>{path}</code>
            {(Target.BeforeValue !== undefined || Target.AfterValue !== undefined) && (
              <span className="values">
                <del>{Target.BeforeValue ?? 'nothing'}</del> <span aria-hidden="true">→</span>{' '}
                <ins>{Target.AfterValue ?? 'nothing'}</ins>
              </span>
            )}
            {Target.RequiresRecreation === 'Always' && <em>makes it anew</em>}
            {Target.RequiresRecreation === 'Conditionally' && <em>may make it anew</em>}
          </li>
        );
      })}
      {details.length > 40 && <li className="dim">{details.length - 40} more</li>}
    </ul>
  );
}

/** What is lost counts before what is changed. */
function Consequences({ changes, name }: { changes: ResourceChange[]; name: string }) {
  const counts = new Map<string, string[]>();
  for (const change of changes) {
    const { text } = replacementOf(change);
    counts.set(text, [...(counts.get(text) ?? []), change.LogicalResourceId]);
  }
  return (
    <>
      <p>
        It changes <strong>{name}</strong>; other change sets of the stack are given up.
      </p>
      <ul className="counted">
        {[...counts].map(([text, ids]) => (
          <li key={text}>
            <strong>{ids.length}</strong> {text}: {ids.slice(0, 5).join(', ')}
            {ids.length > 5 && ` and ${ids.length - 5} more`}
          </li>
        ))}
      </ul>
    </>
  );
}

function toneOf({ Status, ExecutionStatus }: ChangeSet): Tone {
  if (Status === 'FAILED') return 'bad';
  if (ExecutionStatus === 'AVAILABLE') return 'busy';
  return ExecutionStatus === 'EXECUTE_COMPLETE' ? 'good' : 'none';
}
