import { type FormEvent, useState } from 'react';
import type { Agenda } from '../../../runtime/control-plane/console/clock-view.ts';
import { call, get, useLoaded } from '../api.ts';
import { windBy } from '../clock-bar.tsx';
import { Confirm } from '../confirm.tsx';
import { dateAndTime } from '../format.ts';
import { Structure } from '../structure.tsx';
import { type Action, actionsByType } from './actions.ts';
import type { MapNode } from './architecture.ts';

/** What waits for its time under a node's name, which the clock can be wound to. */
const timed = /^AWS::(Events::Rule|Scheduler::Schedule|SecretsManager::(Secret|RotationSchedule))$/;

export function hasActions({ type }: MapNode): boolean {
  return Object.hasOwn(actionsByType, type) || timed.test(type);
}

/** What can be done to it, each an operation of the API; what ends or deletes something is asked about first. */
export function NodeActions({ node }: { node: MapNode }) {
  const [said, say] = useState<{ text: string; answer?: unknown } | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<{ text: string; answer?: unknown }>): Promise<void> => {
    setBusy(true);
    try {
      say(await work());
    } catch (error) {
      say({ text: (error as Error).message });
    }
    setBusy(false);
  };
  const perform = (action: Action, payload: string): void =>
    void run(async () => {
      const answer = await call<Record<string, unknown>>(
        action.service,
        action.operation,
        action.input(node, payload),
        node.region,
      );
      return { text: `${action.operation} was answered.`, answer: readable(answer) };
    });
  return (
    <>
      <ul className="actions">
        {(actionsByType[node.type] ?? []).map((action) => (
          <li key={action.operation}>
            <ActionButton action={action} node={node} busy={busy} onRun={perform} />
          </li>
        ))}
        {timed.test(node.type) && (
          <li>
            <WindButton
              node={node}
              busy={busy}
              onRun={(body) => void run(async () => ({ text: await windBy(body) }))}
            />
          </li>
        )}
      </ul>
      <div role="status">
        {said && <p>{said.text}</p>}
        {said?.answer !== undefined && <Structure value={said.answer} label="Answer" />}
      </div>
    </>
  );
}

function ActionButton({
  action,
  node,
  busy,
  onRun,
}: {
  action: Action;
  node: MapNode;
  busy: boolean;
  onRun: (action: Action, payload: string) => void;
}) {
  const [asking, ask] = useState(false);
  const { label, asks, payload } = action;
  if (payload)
    return (
      <form
        onSubmit={(event: FormEvent<HTMLFormElement>) => {
          event.preventDefault();
          onRun(action, String(new FormData(event.currentTarget).get('payload') ?? ''));
        }}
      >
        <label>
          {payload.label}
          <textarea name="payload" rows={4} defaultValue={payload.example} required />
        </label>
        <button type="submit" disabled={busy}>
          {label}
        </button>
      </form>
    );
  return (
    <>
      <button type="button" disabled={busy} onClick={() => (asks ? ask(true) : onRun(action, ''))}>
        {label}
      </button>
      {asking && (
        <Confirm
          title={`${label} ${node.label}?`}
          verb={label}
          onNo={() => ask(false)}
          onYes={() => {
            ask(false);
            onRun(action, '');
          }}
        >
          <p>{asks}</p>
        </Confirm>
      )}
    </>
  );
}

/** To the moment at which the clock has something waiting that carries its name. */
function WindButton({ node, busy, onRun }: { node: MapNode; busy: boolean; onRun: (body: object) => void }) {
  const agenda = useLoaded(`agenda ${node.id}`, () => get<Agenda>('agenda'));
  const name = node.physicalId.split(/[/|]/).at(-1) ?? '';
  const next = agenda.value?.next.find((one) => name !== '' && one.name.includes(name));
  if (!agenda.value) return null;
  if (!next) return <p className="dim">Nothing waits for its time under this name.</p>;
  return (
    <button type="button" disabled={busy} onClick={() => onRun({ toMs: next.atMs })}>
      Wind to its next time, {dateAndTime(next.atMs)}
    </button>
  );
}

/** Invoke gives its answer and its log as bytes. */
function readable(answer: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => {
      if (key === 'LogResult' && typeof value === 'string') return [key, decoded(value)];
      if (key === 'Payload' && typeof value === 'object' && value !== null && 'base64' in value)
        return [key, parsed(decoded(String(value.base64)))];
      return [key, value];
    }),
  );
}

function decoded(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
