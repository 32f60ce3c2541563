import { type QueuedTimer, TimerQueue } from './timer-queue.ts';
import { WorkTracker } from './work-tracker.ts';

/**
 * The one clock. Nothing in the runtime reads the time, sleeps or schedules but through it, so that `orrery wind 40d`
 * makes everything due in those 40 days happen, in order. It runs at the machine's pace plus what was wound (mode
 * `running`), or stands still until wound (mode `held`, for tests).
 */
export interface Clock {
  /** The cloud's time, milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of the machine's monotonic clock, for measuring durations of real work; never wound. */
  elapsed(): number;
  /** How far the cloud's time is ahead of the machine's, in milliseconds. */
  offset(): number;
  /**
   * Runs `action` at the cloud's time `atMs`. A promise it returns is awaited before a wind goes on. Errors are the
   * runtime's bugs and stop it. The name appears in `upcoming()`.
   */
  at(atMs: number, name: string, action: TimerAction, options?: TimerOptions): Timer;
  after(delayMs: number, name: string, action: TimerAction, options?: TimerOptions): Timer;
  /** Repeats; the next turn is due a period after the last was due. */
  every(periodMs: number, name: string, action: TimerAction, options?: TimerOptions): Timer;
  /** Resolves once the cloud's time has moved by `delayMs`; rejects with the signal's reason when aborted. */
  sleep(delayMs: number, signal?: AbortSignal, options?: TimerOptions): Promise<void>;
  /** Background work that a wind must let finish before time goes on, e.g. an asynchronous invocation. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Moves the cloud's time forward, firing everything due on the way in order. Winds never overlap. */
  wind(durationMs: number, onProgress?: (nowMs: number, fired: number) => void): Promise<WindReport>;
  /** Calls `listener` now and then while a wind goes on, four times a second at most. */
  onProgress(listener: (progress: WindProgress) => void): void;
  /** The wind that goes on. */
  winding(): WindProgress | undefined;
  /** What the last wind made happen, since the runtime was started. */
  lastWind(): WindReport | undefined;
  /** `held` where time stands still until it is wound. */
  readonly mode: 'running' | 'held';
  /** Calls `listener` at the beginning and the end of each wind: between them time does not go at the machine's pace. */
  onWind(listener: (phase: 'begins' | 'ends') => void): void;
  /** What is due next, soonest first. */
  upcoming(limit: number): Upcoming[];
  /**
   * The cloud's time at the moment a client says `clientMs`: clients on the machine know only the machine's time,
   * sandboxes know the cloud's. A time the machine has not reached yet is taken to be the cloud's.
   */
  interpret(clientMs: number): number;
  stop(): void;
}

export type TimerAction = () => void | Promise<unknown>;

export interface Timer {
  readonly atMs: number;
  cancel(): void;
}

export interface TimerOptions {
  /**
   * `cloud` (default): fires when the cloud's time is reached, wound or not. `elapsed`: measures work of real processes,
   * such as a function's time-out, and in mode `running` is not brought nearer by winding.
   */
  basis?: 'cloud' | 'elapsed';
  /** What it means to whoever uses the cloud; without one it is the runtime's own upkeep. */
  kind?: TimerKind;
}

export type TimerKind =
  /** Somebody's timetable: rules, schedules, scheduled scaling. */
  | 'schedule'
  | 'alarm'
  /** Messages, events and mails on their way: visibility, retries, batching. */
  | 'delivery'
  /** Something ends: items, messages, records, certificates, keys, what was marked for deletion. */
  | 'expiry'
  /** Regular deletion of what is past its time. */
  | 'retention'
  | 'backup'
  | 'rotation'
  /** An experiment of FIS ends. */
  | 'fault'
  /** Groups, targets and instances. */
  | 'scaling'
  | 'health'
  /** Logs on their way to where they are kept. */
  | 'log';

export interface Upcoming {
  atMs: number;
  name: string;
  kind?: TimerKind | undefined;
}

export interface WindProgress {
  fromMs: number;
  toMs: number;
  nowMs: number;
  fired: number;
}

export interface WindReport {
  fromMs: number;
  toMs: number;
  fired: number;
  /** What fired, by name; of so many names at most. */
  things: WoundThing[];
}

export interface WoundThing {
  name: string;
  kind?: TimerKind | undefined;
  count: number;
  firstMs: number;
  lastMs: number;
}

export interface ClockOptions {
  mode?: 'running' | 'held';
  /** Cloud time to start from, default the machine's now (plus `offsetMs`). */
  startMs?: number;
  /** What had been wound when the runtime last stopped. */
  offsetMs?: number;
  /** Longest real time a wind waits for tracked work before it lets time go on. */
  settleMs?: number;
}

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
const THINGS_KEPT = 1000;
const PROGRESS_MS = 250;

export function createClock(options: ClockOptions = {}): Clock {
  return new KernelClock(options);
}

class KernelClock implements Clock {
  readonly mode: 'running' | 'held';
  readonly #cloudTimers = new TimerQueue();
  readonly #elapsedTimers = new TimerQueue();
  readonly #work: WorkTracker;
  readonly #winds: { realMs: number; offsetMs: number }[];
  #heldMs: number;
  #offsetMs: number;
  #wakeUp: NodeJS.Timeout | undefined;
  #winding: Promise<unknown> = Promise.resolve();
  /** While winding, time stands at the timer being fired. */
  #windMs: number | undefined;
  #stopped = false;
  readonly #windListeners: ((phase: 'begins' | 'ends') => void)[] = [];
  readonly #progressListeners: ((progress: WindProgress) => void)[] = [];
  #progress: WindProgress | undefined;
  #lastWind: WindReport | undefined;

  constructor(options: ClockOptions) {
    this.mode = options.mode ?? 'running';
    const start = options.startMs ?? Date.now() + (options.offsetMs ?? 0);
    this.#heldMs = start;
    this.#offsetMs = start - Date.now();
    this.#winds = [{ realMs: 0, offsetMs: this.#offsetMs }];
    this.#work = new WorkTracker(options.settleMs ?? 5000);
  }

  now(): number {
    if (this.#windMs !== undefined) return this.#windMs;
    return this.mode === 'held' ? this.#heldMs : Date.now() + this.#offsetMs;
  }

  elapsed(): number {
    return performance.now();
  }

  offset(): number {
    return this.now() - Date.now();
  }

  at(atMs: number, name: string, action: TimerAction, options: TimerOptions = {}): Timer {
    if (this.mode === 'running' && options.basis === 'elapsed') {
      return this.#schedule(this.#elapsedTimers, this.elapsed() + (atMs - this.now()), {
        name,
        action,
      });
    }
    return this.#schedule(this.#cloudTimers, atMs, { name, action, kind: options.kind });
  }

  after(delayMs: number, name: string, action: TimerAction, options: TimerOptions = {}): Timer {
    return this.at(this.now() + delayMs, name, action, options);
  }

  every(periodMs: number, name: string, action: TimerAction, options: TimerOptions = {}): Timer {
    let cancelled = false;
    let current: Timer;
    const turn = async (): Promise<void> => {
      await action();
      if (!cancelled) current = this.at(current.atMs + periodMs, name, turn, options);
    };
    current = this.after(periodMs, name, turn, options);
    return {
      get atMs() {
        return current.atMs;
      },
      cancel: () => {
        cancelled = true;
        current.cancel();
      },
    };
  }

  sleep(delayMs: number, signal?: AbortSignal, options: TimerOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = (): void => {
        timer.cancel();
        reject(signal?.reason);
      };
      const timer = this.after(
        delayMs,
        'sleep',
        () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
        options,
      );
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  track<T>(work: Promise<T>): Promise<T> {
    return this.#work.track(work);
  }

  wind(durationMs: number, onProgress?: (nowMs: number, fired: number) => void): Promise<WindReport> {
    const turn = this.#winding.then(() => this.#wind(durationMs, onProgress));
    this.#winding = turn.catch(() => undefined);
    return turn;
  }

  onWind(listener: (phase: 'begins' | 'ends') => void): void {
    this.#windListeners.push(listener);
  }

  onProgress(listener: (progress: WindProgress) => void): void {
    this.#progressListeners.push(listener);
  }

  winding(): WindProgress | undefined {
    return this.#progress;
  }

  lastWind(): WindReport | undefined {
    return this.#lastWind;
  }

  upcoming(limit: number): Upcoming[] {
    return this.#cloudTimers
      .soonest(limit)
      .map(({ atMs, name, kind }) => (kind === undefined ? { atMs, name } : { atMs, name, kind }));
  }

  interpret(clientMs: number): number {
    const ahead = 15 * 60_000;
    if (clientMs > Date.now() + ahead) return clientMs;
    let offset = this.#winds[0]?.offsetMs ?? 0;
    for (const wind of this.#winds) if (wind.realMs <= clientMs) offset = wind.offsetMs;
    return clientMs + offset;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#wakeUp);
  }

  #schedule(queue: TimerQueue, atMs: number, what: Pick<QueuedTimer, 'name' | 'action' | 'kind'>): Timer {
    const timer = queue.add(atMs, what);
    this.#arm();
    return {
      atMs,
      cancel: () => queue.remove(timer),
    };
  }

  async #wind(durationMs: number, onProgress?: (nowMs: number, fired: number) => void): Promise<WindReport> {
    const fromMs = this.now();
    const toMs = fromMs + durationMs;
    let fired = 0;
    const things = new Map<string, WoundThing>();
    let toldMs = this.elapsed();
    this.#windMs = fromMs;
    this.#progress = { fromMs, toMs, nowMs: fromMs, fired };
    for (const listener of this.#windListeners) listener('begins');
    try {
      await this.#work.settle();
      for (let timer = this.#cloudTimers.takeDue(toMs); timer; timer = this.#cloudTimers.takeDue(toMs)) {
        this.#windMs = Math.max(this.#windMs, timer.atMs);
        const work = timer.action();
        // What was woken in this very turn registers itself before the next timer of the same moment.
        await undefined;
        const more = this.#cloudTimers.peek()?.atMs === timer.atMs;
        if (work !== undefined || !more || this.#work.busy) await this.#work.settle(work);
        fired += 1;
        note(things, timer);
        onProgress?.(this.#windMs, fired);
        if (this.elapsed() - toldMs < PROGRESS_MS) continue;
        toldMs = this.elapsed();
        this.#progress = { fromMs, toMs, nowMs: this.#windMs, fired };
        for (const listener of this.#progressListeners) listener(this.#progress);
      }
    } finally {
      this.#progress = undefined;
      this.#lastWind = { fromMs, toMs, fired, things: [...things.values()] };
      this.#setTime(toMs);
      this.#windMs = undefined;
      for (const listener of this.#windListeners) listener('ends');
      this.#arm();
    }
    return this.#lastWind;
  }

  #setTime(nowMs: number): void {
    this.#heldMs = nowMs;
    this.#offsetMs = nowMs - Date.now();
    this.#winds.push({ realMs: Date.now(), offsetMs: this.#offsetMs });
    if (this.#winds.length > 1000) this.#winds.splice(1, 1);
  }

  /** In mode `running` one timeout stands for the soonest timer of each queue. */
  #arm(): void {
    if (this.mode === 'held' || this.#stopped || this.#windMs !== undefined) return;
    clearTimeout(this.#wakeUp);
    const delays: number[] = [];
    const cloud = this.#cloudTimers.peek();
    if (cloud) delays.push(cloud.atMs - this.now());
    const elapsed = this.#elapsedTimers.peek();
    if (elapsed) delays.push(elapsed.atMs - this.elapsed());
    if (delays.length === 0) return;
    const delay = Math.min(Math.max(Math.min(...delays), 0), LONGEST_TIMEOUT_MS);
    this.#wakeUp = setTimeout(() => this.#fireDue(), delay);
  }

  #fireDue(): void {
    if (this.#stopped) return;
    for (
      let timer = this.#elapsedTimers.takeDue(this.elapsed());
      timer;
      timer = this.#elapsedTimers.takeDue(this.elapsed())
    )
      void timer.action();
    if (this.#windMs === undefined) {
      for (let timer = this.#cloudTimers.takeDue(this.now()); timer; timer = this.#cloudTimers.takeDue(this.now()))
        void timer.action();
    }
    this.#arm();
  }
}

function note(things: Map<string, WoundThing>, { name, kind, atMs }: QueuedTimer): void {
  const key = `${kind} ${name}`;
  const known = things.get(key);
  if (known) Object.assign(known, { count: known.count + 1, lastMs: atMs });
  else if (things.size < THINGS_KEPT) things.set(key, { name, kind, count: 1, firstMs: atMs, lastMs: atMs });
}
