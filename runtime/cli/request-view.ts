import type { HopEvent } from '../kernel/events/events.ts';
import type { Kernel } from '../kernel/service.ts';
import type { Terminal } from './terminal.ts';

/** Traces under way or just ended, so that what follows an answer (a queue's consumer) is shown with it. */
const kept = 500;

/** One readable line for each user's request, with its hops, and one for each piece of work it set off later. */
export function followRequests(kernel: Kernel, out: Terminal): () => void {
  const traces = new Map<string, { hops: HopEvent[]; shown: boolean }>();
  const stopHops = kernel.events.on('hop', (hop) => {
    const trace = traces.get(hop.traceId) ?? { hops: [], shown: false };
    traces.set(hop.traceId, trace);
    if (traces.size > kept) traces.delete(traces.keys().next().value ?? '');
    trace.hops.push(hop);
    if (trace.shown && startsWork(hop)) {
      out.line(out.style('dim', `             ↳ ${describe(hop)} ${round(hop.durationMs)}  ${path(trace.hops, hop)}`));
    }
  });
  const stopRequests = kernel.events.on('user.request', (request) => {
    const trace = traces.get(request.traceId);
    const time = new Date(request.timeMs).toISOString().slice(11, 19);
    const color = request.status >= 500 ? 'red' : request.status >= 400 ? 'yellow' : 'green';
    const root = trace?.hops.find((hop) => hop.service === 'gateway');
    out.line(
      `${out.style('dim', time)}  ${request.method.padEnd(5)} ${request.url}  ${out.style(color, String(request.status))}  ${round(request.durationMs)}  ${out.style('dim', root && trace ? path(trace.hops, root) : '')}`,
    );
    if (trace) {
      trace.shown = true;
      trace.hops = [];
    }
  });
  return () => {
    stopHops();
    stopRequests();
  };
}

/** The hops below one, in the order they began: `cloudfront Miss → apigatewayv2 → lambda api-handler → sqs SendMessage`. */
function path(hops: HopEvent[], root: HopEvent): string {
  const below = new Set([root.id]);
  const found: HopEvent[] = [];
  for (const hop of [...hops]
    .sort((a, b) => a.startMs - b.startMs || a.durationMs - b.durationMs || 0)
    .sort((a, b) => depth(hops, a) - depth(hops, b))) {
    if (hop.parentId === undefined || !below.has(hop.parentId)) continue;
    below.add(hop.id);
    if (!quiet(hop)) join(found, hop);
  }
  return found.map((hop) => `→ ${describe(hop)}`).join(' ');
}

/** Hops of one service that follow one another are one step to a reader: its decision if it noted one, else the last. */
function join(found: HopEvent[], hop: HopEvent): void {
  const previous = found.at(-1);
  if (previous?.service !== hop.service) found.push(hop);
  else if (!decision(previous)) found[found.length - 1] = hop;
}

function decision(hop: HopEvent): string | undefined {
  const noted = hop.notes.cache ?? hop.notes.result;
  return noted === undefined ? undefined : String(noted);
}

function depth(hops: HopEvent[], hop: HopEvent): number {
  let steps = 0;
  for (
    let parent = hops.find((one) => one.id === hop.parentId);
    parent && steps < 50;
    parent = hops.find((one) => one.id === parent?.parentId)
  )
    steps += 1;
  return steps;
}

/** Log writing and key look-ups would drown the path. */
function quiet(hop: HopEvent): boolean {
  return hop.service === 'logs' || hop.service === 'kms';
}

function describe(hop: HopEvent): string {
  const failed = hop.error ? ` ✗ ${hop.error}` : '';
  return `${hop.service} ${decision(hop) ?? shorten(hop.name)}${failed}`;
}

function shorten(name: string): string {
  return name.length > 40 ? `${name.slice(0, 39)}…` : name;
}

function startsWork(hop: HopEvent): boolean {
  return hop.service === 'lambda' && hop.name !== 'Invoke';
}

function round(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
