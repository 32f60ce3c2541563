import { useState } from 'react';
import { get, useLoaded } from '../api.ts';
import { Problem } from '../empty.tsx';
import { dateAndTime, duration } from '../format.ts';
import { Icon } from '../icons.tsx';
import { Link } from '../link.tsx';
import { type TraceSummary, useNews, useSettled } from '../live.ts';
import { hrefOf } from '../router.ts';
import { StatusMark, toneOfHttp } from '../status.tsx';
import { decisionsOf, type Hop, type Step, stepsOf } from './hops.ts';

interface Trace {
  summary?: TraceSummary;
  hops: Hop[];
  left: number;
}

/** The way of one request as a waterfall. What follows the answer (a queue's consumer) joins it when it happens. */
export function RequestDetail({ traceId, back }: { traceId: string; back: string }) {
  const trace = useLoaded(`request ${traceId}`, () => get<Trace>(`request?id=${encodeURIComponent(traceId)}`));
  const refresh = useSettled(300, trace.again);
  useNews('request', ({ items }) => items.some((one) => one.traceId === traceId) && refresh());
  if (trace.error && !trace.value) return <Problem error={trace.error} />;
  if (!trace.value) return null;
  const { summary, hops, left } = trace.value;
  const { steps, totalMs } = stepsOf(hops);
  return (
    <section className="card request-detail" aria-label="Request">
      <header className="panel-head">
        <div>
          <h2 className="request-title">{summary?.name ?? traceId}</h2>
          <p className="dim">
            {summary?.host || summary?.service} {summary && `· ${dateAndTime(summary.timeMs)}`}
          </p>
        </div>
        {summary && (
          <StatusMark tone={toneOfHttp(summary.status, summary.error)}>
            {`${summary.status ?? 'done'} in ${duration(summary.durationMs)}`}
          </StatusMark>
        )}
        <Link href={back} className="icon-button" aria-label="Close">
          <Icon name="close" />
        </Link>
      </header>
      <p className="small dim">
        Trace <code>{traceId}</code>
      </p>
      <ol className="waterfall">
        {steps.map((step) => (
          <HopRow key={step.hop.id} step={step} totalMs={totalMs} />
        ))}
      </ol>
      {left > 0 && <p className="dim">{left} more hops were not kept.</p>}
    </section>
  );
}

function HopRow({ step: { hop, depth, atMs }, totalMs }: { step: Step; totalMs: number }) {
  const [open, setOpen] = useState(false);
  const tone = hop.status === undefined && hop.error === undefined ? 'good' : toneOfHttp(hop.status, hop.error);
  const decisions = decisionsOf(hop);
  return (
    <li className="hop">
      <button type="button" className="hop-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="hop-name" style={{ paddingLeft: `${Math.min(depth, 8) * 14}px` }}>
          <span className="hop-service">{hop.service}</span> <span>{hop.name}</span>
        </span>
        <span className="hop-scale" aria-hidden="true">
          <i
            className={`bar-${tone}`}
            style={{
              marginLeft: `${(atMs / totalMs) * 100}%`,
              width: `max(3px, ${(hop.durationMs / totalMs) * 100}%)`,
            }}
          />
        </span>
        <span className="hop-time">{duration(hop.durationMs)}</span>
      </button>
      {decisions.length > 0 && (
        <ul className="decisions" style={{ paddingLeft: `${Math.min(depth, 8) * 14}px` }}>
          {decisions.map((decision) => (
            <li key={decision} className={bad(hop, decision) ? 'decision-bad' : undefined}>
              {decision}
            </li>
          ))}
        </ul>
      )}
      {open && (
        <>
          <HopFacts hop={hop} atMs={atMs} />
          <HeaderList name="Request headers" headers={hop.asked} />
          <HeaderList name="Answer headers" headers={hop.answered} />
        </>
      )}
    </li>
  );
}

function bad({ error, notes }: Hop, decision: string): boolean {
  return decision === error || (notes.refused !== undefined && decision === `refused: ${notes.refused}`);
}

function HopFacts({ hop, atMs }: { hop: Hop; atMs: number }) {
  const { principal, action, resource, ...rest } = hop.notes;
  const facts: [string, string | undefined][] = [
    ['Asked by', text(principal)],
    ['Permission', text(action)],
    ['Resource', hop.resource ?? text(resource)],
    ['Status', hop.status === undefined ? undefined : String(hop.status)],
    ['Refused', hop.error],
    ['Begins after', duration(atMs)],
    ...Object.entries(rest).map(([key, value]): [string, string] => [key, String(value)]),
  ];
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      {hop.node && hop.node !== 'users' && (
        <div>
          <dt>On the map</dt>
          <dd>
            <Link href={hrefOf('map', [], { node: hop.node })}>{hop.node.split('/').at(-1)}</Link>
          </dd>
        </div>
      )}
    </dl>
  );
}

/** Values that would let a reader act for somebody are hidden by the runtime. */
function HeaderList({ name, headers }: { name: string; headers: Record<string, string> | undefined }) {
  if (!headers || Object.keys(headers).length === 0) return null;
  return (
    <details className="hop-headers" open>
      <summary>
        {name} <span className="dim">{Object.keys(headers).length}</span>
      </summary>
      <dl>
        {Object.entries(headers).map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function text(value: string | number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
