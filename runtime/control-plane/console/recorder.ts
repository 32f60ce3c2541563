import { defineEngine } from '../../kernel/engine.ts';
import type { EventTypes, HopEvent } from '../../kernel/events/events.ts';
import type { Kernel } from '../../kernel/service.ts';
import { FlowCounter } from './flow-counter.ts';
import { hiddenInUrl, withoutSecrets } from './shown-headers.ts';

/** One request or piece of background work, as the list shows it. */
export interface TraceSummary {
  traceId: string;
  /** `user`: came in at a port of users' traffic; `api`: an operation asked for by a client; `work`: a timer's or an event's. */
  kind: 'user' | 'api' | 'work';
  timeMs: number;
  durationMs: number;
  service: string;
  name: string;
  host: string;
  status: number | undefined;
  error: string | undefined;
  hops: number;
  /** Services in the order they were reached. */
  path: string[];
  /** Something on the way failed, whatever was answered in the end. */
  failedInside: boolean;
}

export interface Trace {
  summary: TraceSummary | undefined;
  hops: HopEvent[];
  /** More than could be kept. */
  left: number;
}

const tracesKept = 600;
const hopsKept = 400;
/** Log writing would drown the path. */
const quiet = new Set(['logs', 'kms', 'orrery']);

/**
 * Puts hops together to traces and counts what flows between resources, while somebody watches: hops that nobody reads are
 * not even made, so nothing is recorded before the console is first opened.
 */
class Recorder {
  readonly flows: FlowCounter;
  /** When recording began, in the cloud's time; undefined while nobody watches. */
  sinceMs: number | undefined;
  /** Told of every trace that has begun to be answered or has gone on since. */
  onTrace: (summary: TraceSummary) => void = () => undefined;
  readonly #kernel: Kernel;
  readonly #traces = new Map<string, Trace>();
  readonly #leftOut = new Set<string>();
  #stops: (() => void)[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.flows = new FlowCounter(kernel);
  }

  start(): void {
    if (this.sinceMs !== undefined) return;
    this.sinceMs = this.#kernel.clock.now();
    const { events } = this.#kernel;
    this.#stops = [
      events.on('hop', (hop) => this.#record(hop)),
      events.on('user.request', (request) => this.#name(request)),
    ];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.sinceMs = undefined;
    this.#traces.clear();
  }

  /** The console's own questions are not what it shows. */
  leaveOut(traceId: string): void {
    this.#leftOut.add(traceId);
    if (this.#leftOut.size > 500) this.#leftOut.delete(this.#leftOut.values().next().value ?? '');
  }

  find(traceId: string): Trace | undefined {
    return this.#traces.get(traceId);
  }

  /** Newest first. */
  summaries(): TraceSummary[] {
    return [...this.#traces.values()].flatMap(({ summary }) => summary ?? []).reverse();
  }

  #record(hop: HopEvent): void {
    if (this.#leftOut.has(hop.traceId)) return;
    const trace = this.#traces.get(hop.traceId) ?? { summary: undefined, hops: [], left: 0 };
    this.#traces.set(hop.traceId, trace);
    if (this.#traces.size > tracesKept) this.#traces.delete(this.#traces.keys().next().value ?? '');
    if (trace.hops.length < hopsKept) trace.hops.push(withoutSecrets(hop));
    else trace.left += 1;
    this.flows.count(hop);
    if (trace.summary) this.onTrace(Object.assign(trace.summary, about(trace)));
    else if (hop.parentId === undefined && !quiet.has(hop.service)) {
      trace.summary = { ...rootOf(hop), ...about(trace) };
      this.onTrace(trace.summary);
    }
  }

  /** Told in the turn in which the root hop has ended. */
  #name({ traceId, host, method, url }: EventTypes['user.request']): void {
    const summary = this.#traces.get(traceId)?.summary;
    if (!summary) return;
    Object.assign(summary, { kind: 'user', host, name: hiddenInUrl(`${method} ${url}`) });
    this.onTrace(summary);
  }
}

function rootOf(hop: HopEvent): Omit<TraceSummary, 'hops' | 'path' | 'failedInside'> {
  const { traceId, startMs, durationMs, service, name, status, error } = hop;
  const kind = service === 'gateway' ? 'user' : /^[A-Z][A-Za-z0-9]+$/.test(name) ? 'api' : 'work';
  return { traceId, kind, timeMs: startMs, durationMs, service, name: hiddenInUrl(name), host: '', status, error };
}

function about({ hops, left }: Trace): Pick<TraceSummary, 'hops' | 'path' | 'failedInside'> {
  const path: string[] = [];
  for (const { service, parentId } of [...hops].sort((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs))
    if (parentId !== undefined && !quiet.has(service) && !path.includes(service)) path.push(service);
  return {
    hops: hops.length + left,
    path: path.slice(0, 12),
    failedInside: hops.some(({ error, status }) => error !== undefined || (status ?? 0) >= 500),
  };
}

export const recorder = defineEngine('console-recorder', (kernel) => new Recorder(kernel));
