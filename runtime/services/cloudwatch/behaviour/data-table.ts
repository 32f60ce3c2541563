import type { Statement, Store } from '../../../kernel/store/store.ts';
import { Distribution } from './distribution.ts';

export interface SeriesRow {
  id: number;
  account: string;
  region: string;
  namespace: string;
  name: string;
  /** JSON of [[Name, Value], …] in the order of names. */
  dimensions: string;
  unit: string;
  lastMs: number;
}

export interface Point {
  startMs: number;
  data: Distribution;
}

/** Periods kept, in seconds, finest first, and for how many days ("Metrics retention", CloudWatch User Guide). */
export const tiers = [
  { period: 1, keptMs: 3 * 3_600_000 },
  { period: 60, keptMs: 15 * 86_400_000 },
  { period: 300, keptMs: 63 * 86_400_000 },
  { period: 3600, keptMs: 455 * 86_400_000 },
] as const;

interface DataRow {
  series: number;
  start: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  spread: Uint8Array | null;
}

/** The metrics' data in SQLite. Written in batches: what `kill -9` loses of emitted metrics is the minute not yet flushed. */
export class DataTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.migrate('cloudwatch', [
      `CREATE TABLE cloudwatch_series (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, region TEXT NOT NULL,
         namespace TEXT NOT NULL, name TEXT NOT NULL, dimensions TEXT NOT NULL, unit TEXT NOT NULL, lastMs INTEGER NOT NULL);
       CREATE TABLE cloudwatch_data (series INTEGER NOT NULL, period INTEGER NOT NULL, start INTEGER NOT NULL, count REAL NOT NULL,
         sum REAL NOT NULL, min REAL NOT NULL, max REAL NOT NULL, spread BLOB, PRIMARY KEY (series, period, start)) WITHOUT ROWID;
       CREATE INDEX cloudwatch_data_by_age ON cloudwatch_data (period, start);
       CREATE TABLE cloudwatch_history (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, region TEXT NOT NULL,
         alarmName TEXT NOT NULL, alarmType TEXT NOT NULL, timestampMs INTEGER NOT NULL, itemType TEXT NOT NULL,
         summary TEXT NOT NULL, data TEXT NOT NULL);
       CREATE INDEX cloudwatch_history_by_time ON cloudwatch_history (account, region, timestampMs)`,
    ]);
  }

  series(): SeriesRow[] {
    return this.#sql('SELECT * FROM cloudwatch_series').all<SeriesRow>();
  }

  addSeries(row: Omit<SeriesRow, 'id'>): number {
    const { account, region, namespace, name, dimensions, unit, lastMs } = row;
    const sql =
      'INSERT INTO cloudwatch_series (account, region, namespace, name, dimensions, unit, lastMs) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id';
    return this.#sql(sql).get<{ id: number }>(account, region, namespace, name, dimensions, unit, lastMs)?.id ?? 0;
  }

  touch(series: number, lastMs: number): void {
    this.#sql('UPDATE cloudwatch_series SET lastMs = ? WHERE id = ?').run(lastMs, series);
  }

  removeSeries(series: number): void {
    this.#sql('DELETE FROM cloudwatch_series WHERE id = ?').run(series);
  }

  /** Adds to what is already kept of the period. */
  merge(series: number, period: number, point: Point): void {
    const start = point.startMs / 1000;
    const row = this.#sql('SELECT * FROM cloudwatch_data WHERE series = ? AND period = ? AND start = ?').get<DataRow>(
      series,
      period,
      start,
    );
    let data = point.data;
    if (row) {
      data = Distribution.decode(row);
      data.merge(point.data);
    }
    this.#sql('INSERT OR REPLACE INTO cloudwatch_data VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(
      series,
      period,
      start,
      data.count,
      data.sum,
      data.min,
      data.max,
      data.encode(),
    );
  }

  read(series: number, period: number, fromMs: number, toMs: number): Point[] {
    return this.#sql(
      'SELECT * FROM cloudwatch_data WHERE series = ? AND period = ? AND start >= ? AND start < ? ORDER BY start',
    )
      .all<DataRow>(series, period, fromMs / 1000, toMs / 1000)
      .map((row) => ({ startMs: row.start * 1000, data: Distribution.decode(row) }));
  }

  /** What has grown too old for its tier goes into the next coarser one, or away. */
  rollUp(nowMs: number): void {
    for (const [index, { period, keptMs }] of tiers.entries()) {
      const before = Math.floor((nowMs - keptMs) / 1000);
      const coarser = period === 1 ? undefined : tiers[index + 1]?.period;
      const old = coarser
        ? this.#sql('SELECT * FROM cloudwatch_data WHERE period = ? AND start < ?').all<DataRow>(period, before)
        : [];
      if (coarser)
        for (const row of old)
          this.merge(row.series, coarser, {
            startMs: (row.start - (row.start % coarser)) * 1000,
            data: Distribution.decode(row),
          });
      this.#sql('DELETE FROM cloudwatch_data WHERE period = ? AND start < ?').run(period, before);
    }
  }

  #sql(text: string): Statement {
    return this.#store.prepare(text);
  }
}
