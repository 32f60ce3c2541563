import type { UsageEvent } from '../usage.ts';

/**
 * Everything that happens, as one typed stream. Metrics, logs, traces, the console, the command line, tests and drill
 * reports are its readers; the core never prints. A service adds its own kinds by declaration merging:
 * `declare module '../../kernel/events/events.ts' { interface EventTypes { 'sqs.available': {…} } }`.
 */
export interface EventTypes {
  /** One API operation was decided and carried out or refused. */
  'api.call': ApiCallEvent;
  /** A hop of a request's path has ended. */
  hop: HopEvent;
  /** One measured value, with CloudWatch's namespace and dimensions. */
  metric: MetricEvent;
  /** Something that AWS charges for was used; read by cost/. */
  usage: UsageEvent;
  /** What stands of this service, and is paid for by time, may have changed just now. */
  'usage.changed': { service: string };
  /** What a user's request was for, by the route it took: POST /api/orders. One event a request. */
  'trace.cause': { traceId: string; cause: string };
  /** A trace goes on what others began: one batch of several messages, one delivery of several invocations' logs. */
  'trace.links': { traceId: string; of: readonly string[] };
  /** Something went wrong that no caller is told about. */
  problem: { timeMs: number; where: string; message: string; stack?: string };
}

export interface ApiCallEvent {
  timeMs: number;
  durationMs: number;
  service: string;
  operation: string;
  region: string;
  account: string;
  principal: string;
  requestId: string;
  traceId: string;
  /** Where it came from: the wire, or a call among services. */
  origin: 'wire' | 'internal';
  status: number;
  errorCode?: string;
  errorMessage?: string;
}

export interface HopEvent {
  traceId: string;
  id: string;
  parentId: string | undefined;
  /** The AWS CLI's service name: cloudfront, apigatewayv2, lambda, sqs, dynamodb … */
  service: string;
  /** What it did, in a few words: `GET /menu.html`, `invoke orders-api`. */
  name: string;
  resource: string | undefined;
  startMs: number;
  durationMs: number;
  status: number | undefined;
  error: string | undefined;
  /** Decisions made on the way: cache Hit, rule matched, target chosen. */
  notes: Record<string, string | number | boolean>;
  /** Headers as the hop was asked and as it answered, with their secrets: who shows them hides these. Not copied: read them now. */
  asked?: HeadersSeen | undefined;
  answered?: HeadersSeen | undefined;
}

export type HeadersSeen = Readonly<Record<string, string | readonly string[]>>;

export interface MetricEvent {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  value: number;
  unit: string;
  timeMs: number;
  region: string;
  account: string;
  /** Kept by the second too, for three hours (StorageResolution 1). */
  highResolution?: boolean;
}

export interface Events {
  emit<K extends keyof EventTypes>(type: K, event: EventTypes[K]): void;
  /** Whether anybody reads this kind, where an event is costly to make. */
  heard(type: keyof EventTypes): boolean;
  /** Returns the function that ends the subscription. Readers must be quick: they run in the emitter's turn. */
  on<K extends keyof EventTypes>(type: K, reader: (event: EventTypes[K]) => void): () => void;
}

export function createEvents(): Events {
  const readers = new Map<string, Set<(event: never) => void>>();
  return {
    emit(type, event) {
      const set = readers.get(type);
      if (set) for (const reader of set) (reader as (value: typeof event) => void)(event);
    },
    heard: (type) => (readers.get(type)?.size ?? 0) > 0,
    on(type, reader) {
      const set = readers.get(type) ?? new Set();
      readers.set(type, set);
      set.add(reader as (event: never) => void);
      return () => set.delete(reader as (event: never) => void);
    },
  };
}
