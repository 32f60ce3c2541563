import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Clock } from '../../kernel/clock/clock.ts';
import type { Instant, Target } from './engine.ts';

interface Mark extends Instant {
  /** Whether a wind was under way from here on: then the cloud's time did not go at the machine's pace. */
  winding: boolean;
}

const periodMs = 5 * 60_000;
const mostMarks = 40_000;

/**
 * Which time of the machine a time of the cloud was. PostgreSQL writes the machine's time into its log, and knows nothing
 * of winds; who wants a database as it was at a time of the cloud asks here (decisions/0018). Exact while time runs; within
 * a wind, marks every five minutes of the cloud's time.
 */
export class TimeMarks {
  readonly #clock: Clock;
  readonly #file: string;
  #marks: Mark[];
  readonly #onMark: (now: Instant) => void;
  #winding = false;

  constructor(clock: Clock, file: string, onMark: (now: Instant) => void) {
    this.#clock = clock;
    this.#file = file;
    this.#onMark = onMark;
    this.#marks = read(file);
    this.#mark();
    clock.every(periodMs, 'databases: note the time', () => {
      if (this.#winding) this.#mark();
    });
    clock.onWind((phase) => {
      this.#winding = phase === 'begins';
      this.#mark();
    });
  }

  /** With the last moment of the machine at which the cloud's time was not after `cloudMs`; undefined before all marks. */
  find(cloudMs: number): Target | undefined {
    const nowMs = this.#machineNow();
    const next = this.#marks.findIndex((mark) => mark.cloudMs > cloudMs);
    const last = this.#marks.at(next === -1 ? -1 : next - 1);
    if (next === 0 || !last) return undefined;
    if (last.winding) return { cloudMs, machineMs: last.machineMs, noted: true };
    const machineMs = Math.min(last.machineMs + (cloudMs - last.cloudMs), this.#marks[next]?.machineMs ?? nowMs);
    return { cloudMs, machineMs, noted: false };
  }

  /** From now on this moment can be told from those before and after it, within a wind too. */
  note(): Instant {
    return this.#mark();
  }

  #mark(): Mark {
    const mark = { cloudMs: this.#clock.now(), machineMs: this.#machineNow(), winding: this.#winding };
    this.#marks.push(mark);
    if (this.#marks.length > mostMarks) {
      this.#marks = this.#marks.slice(-mostMarks / 2);
      writeFileSync(this.#file, this.#marks.map(lineOf).join(''));
    } else appendFileSync(this.#file, lineOf(mark));
    this.#onMark(mark);
    return mark;
  }

  #machineNow(): number {
    return this.#clock.now() - this.#clock.offset();
  }
}

const lineOf = ({ cloudMs, machineMs, winding }: Mark): string => `${cloudMs} ${machineMs} ${winding ? 1 : 0}\n`;

function read(file: string): Mark[] {
  if (!existsSync(file)) return [];
  const marks = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .filter((numbers) => numbers.length === 3 && numbers.every(Number.isFinite))
    .map(([cloudMs = 0, machineMs = 0, winding]) => ({ cloudMs, machineMs, winding: winding === 1 }));
  return marks.slice(-mostMarks / 2);
}
