import { defineEngine } from '../../../kernel/engine.ts';
import type { Statement, Store } from '../../../kernel/store/store.ts';

export interface StreamRow {
  id: number;
  groupId: number;
  logStreamName: string;
  creationTime: number;
  firstEventTimestamp: number | null;
  lastEventTimestamp: number | null;
  lastIngestionTime: number | null;
}

export interface EventRow {
  id: number;
  groupId: number;
  stream: number;
  timestamp: number;
  ingestionTime: number;
  message: string;
}

/** A place in the order of events: by timestamp, then as they arrived. */
export interface Position {
  timestamp: number;
  id: number;
}

/** Events of a group or of one stream, from `fromMs` (inclusive) to `toMs` (exclusive). */
export interface EventRange {
  of: 'groupId' | 'stream';
  key: number;
  fromMs: number;
  toMs: number;
}

/** Streams and events of all groups, in SQLite: they are many. */
export const eventTable = defineEngine('logs.events', (kernel) => new EventTable(kernel.store));

export class EventTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.migrate('logs', [
      `CREATE TABLE logs_groups (id INTEGER PRIMARY KEY AUTOINCREMENT, storedBytes INTEGER NOT NULL);
       CREATE TABLE logs_streams (id INTEGER PRIMARY KEY AUTOINCREMENT, groupId INTEGER NOT NULL, logStreamName TEXT NOT NULL,
         creationTime INTEGER NOT NULL, firstEventTimestamp INTEGER, lastEventTimestamp INTEGER, lastIngestionTime INTEGER);
       CREATE UNIQUE INDEX logs_streams_by_name ON logs_streams (groupId, logStreamName);
       CREATE INDEX logs_streams_by_time ON logs_streams (groupId, lastEventTimestamp);
       CREATE TABLE logs_events (id INTEGER PRIMARY KEY AUTOINCREMENT, groupId INTEGER NOT NULL, stream INTEGER NOT NULL,
         timestamp INTEGER NOT NULL, ingestionTime INTEGER NOT NULL, message TEXT NOT NULL);
       CREATE INDEX logs_events_by_group ON logs_events (groupId, timestamp, id);
       CREATE INDEX logs_events_by_stream ON logs_events (stream, timestamp, id)`,
    ]);
  }

  addGroup(): number {
    return this.#sql('INSERT INTO logs_groups (storedBytes) VALUES (0) RETURNING id').get<{ id: number }>()?.id ?? 0;
  }

  storedBytes(groupId: number): number {
    return (
      this.#sql('SELECT storedBytes FROM logs_groups WHERE id = ?').get<{ storedBytes: number }>(groupId)
        ?.storedBytes ?? 0
    );
  }

  deleteGroup(groupId: number): void {
    for (const table of ['logs_events', 'logs_streams'])
      this.#sql(`DELETE FROM ${table} WHERE groupId = ?`).run(groupId);
    this.#sql('DELETE FROM logs_groups WHERE id = ?').run(groupId);
  }

  addStream(groupId: number, logStreamName: string, creationTime: number): void {
    this.#sql('INSERT INTO logs_streams (groupId, logStreamName, creationTime) VALUES (?, ?, ?)').run(
      groupId,
      logStreamName,
      creationTime,
    );
  }

  stream(groupId: number, logStreamName: string): StreamRow | undefined {
    return this.#sql('SELECT * FROM logs_streams WHERE groupId = ? AND logStreamName = ?').get<StreamRow>(
      groupId,
      logStreamName,
    );
  }

  /** In the order of their names, from after `afterName` on. */
  streamsByName(
    groupId: number,
    page: { prefix: string; after: string | undefined; descending: boolean; limit: number },
  ): StreamRow[] {
    const { prefix, after, descending, limit } = page;
    const past = after === undefined ? '' : `AND logStreamName ${descending ? '<' : '>'} ?`;
    const values =
      after === undefined ? [groupId, prefix, `${prefix}\u{10FFFF}`] : [groupId, prefix, `${prefix}\u{10FFFF}`, after];
    return this.#sql(
      `SELECT * FROM logs_streams WHERE groupId = ? AND logStreamName >= ? AND logStreamName < ? ${past}
       ORDER BY logStreamName ${descending ? 'DESC' : 'ASC'} LIMIT ?`,
    ).all<StreamRow>(...values, limit);
  }

  /** By the time of their last event; streams without events come first ascending. */
  streamsByTime(groupId: number, page: { offset: number; descending: boolean; limit: number }): StreamRow[] {
    const direction = page.descending ? 'DESC' : 'ASC';
    return this.#sql(
      `SELECT * FROM logs_streams WHERE groupId = ? ORDER BY lastEventTimestamp ${direction}, id ${direction} LIMIT ? OFFSET ?`,
    ).all<StreamRow>(groupId, page.limit, page.offset);
  }

  deleteStream(stream: StreamRow): void {
    const bytes =
      this.#sql('SELECT coalesce(sum(octet_length(message) + 26), 0) bytes FROM logs_events WHERE stream = ?').get<{
        bytes: number;
      }>(stream.id)?.bytes ?? 0;
    this.#sql('DELETE FROM logs_events WHERE stream = ?').run(stream.id);
    this.#sql('DELETE FROM logs_streams WHERE id = ?').run(stream.id);
    this.#addBytes(stream.groupId, -bytes);
  }

  /** Adds a batch, which is in order; gives their ids. */
  insert(
    stream: StreamRow,
    events: { timestamp: number; message: string }[],
    about: { bytes: number; nowMs: number },
  ): number[] {
    const one = this.#sql(
      'INSERT INTO logs_events (groupId, stream, timestamp, ingestionTime, message) VALUES (?, ?, ?, ?, ?) RETURNING id',
    );
    const ids = events.map(
      ({ timestamp, message }) =>
        one.get<{ id: number }>(stream.groupId, stream.id, timestamp, about.nowMs, message)?.id ?? 0,
    );
    this.#sql(
      `UPDATE logs_streams SET firstEventTimestamp = min(coalesce(firstEventTimestamp, ?1), ?1),
         lastEventTimestamp = max(coalesce(lastEventTimestamp, ?2), ?2), lastIngestionTime = ?3 WHERE id = ?4`,
    ).run(events[0]?.timestamp ?? 0, events.at(-1)?.timestamp ?? 0, about.nowMs, stream.id);
    this.#addBytes(stream.groupId, about.bytes);
    return ids;
  }

  after(range: EventRange, position: Position, limit: number): EventRow[] {
    return this.#sql(
      `SELECT * FROM logs_events WHERE ${range.of} = ? AND timestamp >= ? AND timestamp < ? AND (timestamp, id) > (?, ?)
       ORDER BY timestamp, id LIMIT ?`,
    ).all<EventRow>(
      range.key,
      Math.max(range.fromMs, position.timestamp),
      range.toMs,
      position.timestamp,
      position.id,
      limit,
    );
  }

  /** Newest first. */
  before(range: EventRange, position: Position, limit: number): EventRow[] {
    const toMs = Math.min(range.toMs, position.timestamp + 1);
    return this.#sql(
      `SELECT * FROM logs_events WHERE ${range.of} = ? AND timestamp >= ? AND timestamp < ? AND (timestamp, id) < (?, ?)
       ORDER BY timestamp DESC, id DESC LIMIT ?`,
    ).all<EventRow>(range.key, range.fromMs, toMs, position.timestamp, position.id, limit);
  }

  streamName(id: number): string {
    return (
      this.#sql('SELECT logStreamName FROM logs_streams WHERE id = ?').get<{ logStreamName: string }>(id)
        ?.logStreamName ?? ''
    );
  }

  event(id: number): EventRow | undefined {
    return this.#sql('SELECT * FROM logs_events WHERE id = ?').get<EventRow>(id);
  }

  /** Deletes what is older than `beforeMs`. */
  expire(groupId: number, beforeMs: number): void {
    const old = this.#sql(
      'SELECT count(*) events, coalesce(sum(octet_length(message) + 26), 0) bytes FROM logs_events WHERE groupId = ? AND timestamp < ?',
    ).get<{
      events: number;
      bytes: number;
    }>(groupId, beforeMs);
    if (!old || old.events === 0) return;
    this.#sql('DELETE FROM logs_events WHERE groupId = ? AND timestamp < ?').run(groupId, beforeMs);
    this.#addBytes(groupId, -old.bytes);
  }

  #addBytes(groupId: number, bytes: number): void {
    this.#sql('UPDATE logs_groups SET storedBytes = storedBytes + ? WHERE id = ?').run(bytes, groupId);
  }

  #sql(text: string): Statement {
    return this.#store.prepare(text);
  }
}
