import type { Clock } from '../clock/clock.ts';
import type { Ids } from '../ids.ts';
import type { Events, HopEvent } from './events.ts';

/** One hop of a request's path while it is under way. `end` puts it on the event stream, once. */
export interface Hop {
  /** X-Ray's form: 1-<8 hex epoch seconds>-<24 hex>. */
  readonly traceId: string;
  readonly id: string;
  /** What goes into the X-Amzn-Trace-Id header and SQS's AWSTraceHeader. */
  readonly header: string;
  note(key: string, value: string | number | boolean): void;
  child(service: string, name: string, resource?: string): Hop;
  end(outcome?: { status?: number; error?: string }): void;
}

export interface HopSource {
  clock: Clock;
  ids: Ids;
  events: Events;
}

/** Starts a trace, or goes on with the one a header names ("Tracing header", X-Ray Developer Guide). */
export function startTrace(source: HopSource, service: string, name: string, options: TraceOptions = {}): Hop {
  const given = /Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/.exec(options.header ?? '')?.[1];
  const parentId = given ? /Parent=([0-9a-f]{16})/.exec(options.header ?? '')?.[1] : undefined;
  const seconds = Math.floor(source.clock.now() / 1000).toString(16).padStart(8, '0');
  const traceId = given ?? `1-${seconds}-${source.ids.hex(24)}`;
  return createHop(source, { traceId, parentId, service, name, resource: options.resource });
}

export interface TraceOptions {
  /** A received X-Amzn-Trace-Id. */
  header?: string | undefined;
  resource?: string | undefined;
}

function createHop(
  source: HopSource,
  about: { traceId: string; parentId: string | undefined; service: string; name: string; resource: string | undefined },
): Hop {
  const id = source.ids.hex(16);
  const startMs = source.clock.now();
  const started = source.clock.elapsed();
  const notes: HopEvent['notes'] = {};
  let ended = false;
  return {
    traceId: about.traceId,
    id,
    header: `Root=${about.traceId};Parent=${id};Sampled=1`,
    note(key, value) {
      notes[key] = value;
    },
    child(service, name, resource) {
      return createHop(source, { traceId: about.traceId, parentId: id, service, name, resource });
    },
    end(outcome = {}) {
      if (ended) return;
      ended = true;
      const durationMs = source.clock.elapsed() - started;
      source.events.emit('hop', { ...about, id, startMs, durationMs, status: outcome.status, error: outcome.error, notes });
    },
  };
}
