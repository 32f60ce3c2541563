import { useSyncExternalStore } from 'react';
import type { WindProgress } from '../../runtime/kernel/clock/clock.ts';
import { get } from './api.ts';
import { live, type News } from './live.ts';

export interface CloudTime {
  /** Undefined until it is known. */
  nowMs: number | undefined;
  aheadMs: number;
  /** Held: it stands still until it is wound. */
  pace: 'running' | 'held';
  winding: boolean;
  /** How far a wind has come, while one goes on. */
  progress: WindProgress | undefined;
}

const turnMs = 500;

/** Asked for once; then it goes on with the machine's, and jumps when the runtime tells of a wind. */
class CloudClock {
  readonly #watchers = new Set<() => void>();
  #said = { timeMs: 0, saidMs: 0 };
  #begun = false;
  time: CloudTime = { nowMs: undefined, aheadMs: 0, pace: 'running', winding: false, progress: undefined };

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    if (!this.#begun) this.#begin();
    return () => this.#watchers.delete(watcher);
  };

  #begin(): void {
    this.#begun = true;
    void this.#ask();
    live.on('clock', (news) => this.#hear(news));
    live.on('reset', () => void this.#ask());
    window.setInterval(() => this.#turn(), turnMs);
  }

  async #ask(): Promise<void> {
    const { timeMs, aheadMs, pace } = await get<{ timeMs: number; aheadMs: number; pace: CloudTime['pace'] }>('status');
    this.#said = { timeMs, saidMs: Date.now() };
    this.#tell({ nowMs: timeMs, aheadMs, pace });
  }

  #hear(news: News['clock']): void {
    this.#said = { timeMs: news.timeMs, saidMs: Date.now() };
    const winding = news.phase !== 'ends';
    const progress = news.phase === 'goes' ? news : undefined;
    this.#tell({ nowMs: news.timeMs, aheadMs: news.aheadMs, winding, progress });
  }

  #turn(): void {
    const { nowMs, pace, winding } = this.time;
    if (nowMs === undefined || pace === 'held' || winding) return;
    this.#tell({ nowMs: this.#said.timeMs + Date.now() - this.#said.saidMs });
  }

  #tell(change: Partial<CloudTime>): void {
    this.time = { ...this.time, ...change };
    for (const watcher of this.#watchers) watcher();
  }
}

const clock = new CloudClock();

export function useCloudTime(): CloudTime {
  return useSyncExternalStore(clock.watch, () => clock.time);
}
