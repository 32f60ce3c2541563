import type { Clock } from '../clock/clock.ts';
import type { Ids } from '../ids.ts';
import type { Events, HeadersSeen, HopEvent } from './events.ts';

/** One hop of a request's path while it is under way. `end` puts it on the event stream, once. */
export interface Hop {
  /** X-Ray's form: 1-<8 hex epoch seconds>-<24 hex>. */
  readonly traceId: string;
  readonly id: string;
  /** What goes into the X-Amzn-Trace-Id header and SQS's AWSTraceHeader. */
  readonly header: string;
  note(key: string, value: string | number | boolean): void;
  /** Headers it was asked with or answered; only referred to, so that a hop that nobody reads costs nothing. */
  saw(which: 'asked' | 'answered', headers: HeadersSeen): void;
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
  const { header, resource } = options;
  const given = header === undefined ? undefined : /Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/.exec(header)?.[1];
  const parentId = given && header ? /Parent=([0-9a-f]{16})/.exec(header)?.[1] : undefined;
  return new TracedHop(new Trace(source, given), { parentId, service, name, resource });
}

export interface TraceOptions {
  /** A received X-Amzn-Trace-Id. */
  header?: string | undefined;
  resource?: string | undefined;
}

/** What the hops of one trace share. Its id is drawn when somebody asks: most hops of most requests nobody reads. */
class Trace {
  readonly source: HopSource;
  #id: string | undefined;
  readonly #startMs: number;

  constructor(source: HopSource, id: string | undefined) {
    this.source = source;
    this.#id = id;
    this.#startMs = source.clock.now();
  }

  get id(): string {
    this.#id ??= `1-${Math.floor(this.#startMs / 1000)
      .toString(16)
      .padStart(8, '0')}-${this.source.ids.hex(24)}`;
    return this.#id;
  }
}

interface About {
  /** The id itself where another runtime's hop is the parent. */
  parentId: string | TracedHop | undefined;
  service: string;
  name: string;
  resource: string | undefined;
}

class TracedHop implements Hop {
  readonly #trace: Trace;
  readonly #about: About;
  readonly #startMs: number;
  readonly #started: number;
  #id: string | undefined;
  #notes: HopEvent['notes'] | undefined;
  #asked: HeadersSeen | undefined;
  #answered: HeadersSeen | undefined;
  #ended = false;

  constructor(trace: Trace, about: About) {
    this.#trace = trace;
    this.#about = about;
    this.#startMs = trace.source.clock.now();
    this.#started = trace.source.clock.elapsed();
  }

  get traceId(): string {
    return this.#trace.id;
  }

  get id(): string {
    this.#id ??= this.#trace.source.ids.hex(16);
    return this.#id;
  }

  get header(): string {
    return `Root=${this.traceId};Parent=${this.id};Sampled=1`;
  }

  note(key: string, value: string | number | boolean): void {
    this.#notes ??= {};
    this.#notes[key] = value;
  }

  saw(which: 'asked' | 'answered', headers: HeadersSeen): void {
    if (which === 'asked') this.#asked = headers;
    else this.#answered = headers;
  }

  child(service: string, name: string, resource?: string): Hop {
    return new TracedHop(this.#trace, { parentId: this, service, name, resource });
  }

  end({ status, error }: { status?: number; error?: string } = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    const { clock, events } = this.#trace.source;
    if (!events.heard('hop')) return;
    const { parentId, service, name, resource } = this.#about;
    events.emit('hop', {
      traceId: this.traceId,
      id: this.id,
      parentId: parentId instanceof TracedHop ? parentId.id : parentId,
      service,
      name,
      resource,
      startMs: this.#startMs,
      durationMs: clock.elapsed() - this.#started,
      status,
      error,
      notes: this.#notes ?? {},
      asked: this.#asked,
      answered: this.#answered,
    });
  }
}
