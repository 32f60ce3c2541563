import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { Flow } from '../../runtime/control-plane/console/flow-counter.ts';
import type { TraceSummary } from '../../runtime/control-plane/console/recorder.ts';
import type { WindProgress } from '../../runtime/kernel/clock/clock.ts';

export type { Flow, TraceSummary };

/** What the runtime tells while it happens; see runtime/control-plane/console/live-stream.ts. */
export interface News {
  stack: StackEvent;
  request: { items: TraceSummary[]; seen: number };
  flow: { periodMs: number; flows: Flow[] };
  log: { items: LogLine[]; seen: number };
  clock: { phase: 'begins' | 'ends'; timeMs: number; aheadMs: number } | WindGoesOn;
  fault: { experimentId: string; status: string; actions: Record<string, string>; timeMs: number };
  alarm: { name?: string; state?: string };
  state: object;
  'change-set': { stackName: string; changeSetName: string };
  problem: { timeMs: number; where: string; message: string };
  reset: object;
}

interface WindGoesOn extends WindProgress {
  phase: 'goes';
  timeMs: number;
  aheadMs: number;
}

export interface StackEvent {
  EventId: string;
  StackId: string;
  StackName: string;
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceType: string;
  ResourceStatus: string;
  ResourceStatusReason?: string;
  timeMs: number;
}

export interface LogLine {
  timeMs: number;
  group: string;
  stream: string;
  message: string;
}

const topics = [
  'stack',
  'request',
  'flow',
  'clock',
  'alarm',
  'state',
  'problem',
  'fault',
  'change-set',
  'reset',
] as const;
type Topic = keyof News;

/** One connection for the whole page. The browser connects again by itself and names the last event that it has seen. */
class Live {
  readonly #readers = new Map<Topic, Set<(news: never) => void>>();
  readonly #watchers = new Set<() => void>();
  #source: EventSource | undefined;
  #logs = 0;
  connected = false;

  on<K extends Topic>(topic: K, reader: (news: News[K]) => void): () => void {
    const set = this.#readers.get(topic) ?? new Set();
    this.#readers.set(topic, set);
    set.add(reader as (news: never) => void);
    if (topic === 'log') this.#wantLogs(1);
    if (!this.#source) this.#connect();
    return () => {
      set.delete(reader as (news: never) => void);
      if (topic === 'log') this.#wantLogs(-1);
    };
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    if (!this.#source) this.#connect();
    return () => this.#watchers.delete(watcher);
  };

  /** Log lines are many: they are asked for only while somebody reads them. */
  #wantLogs(change: number): void {
    const before = this.#logs > 0;
    this.#logs += change;
    if (before !== this.#logs > 0 && this.#source) this.#connect();
  }

  #connect(): void {
    this.#source?.close();
    const wanted: string[] = [...topics, ...(this.#logs > 0 ? ['log'] : [])];
    const source = new EventSource(`/_orrery/console/events?topics=${wanted.join(',')}`);
    this.#source = source;
    source.onopen = () => this.#say(true);
    source.onerror = () => {
      this.#say(false);
      // The runtime answered with a refusal, which ends an EventSource for good.
      if (source.readyState === EventSource.CLOSED)
        window.setTimeout(() => this.#source === source && this.#connect(), 3000);
    };
    for (const topic of wanted)
      source.addEventListener(topic, (event) => {
        const news = JSON.parse((event as MessageEvent<string>).data) as never;
        for (const reader of this.#readers.get(topic as Topic) ?? []) reader(news);
      });
  }

  #say(connected: boolean): void {
    this.connected = connected;
    for (const watcher of this.#watchers) watcher();
  }
}

export const live = new Live();

/** Calls back with the news of a topic while the component is shown. */
export function useNews<K extends Topic>(topic: K, reader: (news: News[K]) => void): void {
  const latest = useRef(reader);
  latest.current = reader;
  useEffect(() => live.on(topic, (news) => latest.current(news)), [topic]);
}

export function useConnected(): boolean {
  return useSyncExternalStore(live.watch, () => live.connected);
}

/** Calls back a moment after something changed, once for many changes. */
export function useSettled(wait: number, react: () => void): () => void {
  const timer = useRef<number | undefined>(undefined);
  const latest = useRef(react);
  latest.current = react;
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return () => {
    if (timer.current !== undefined) return;
    timer.current = window.setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, wait);
  };
}
