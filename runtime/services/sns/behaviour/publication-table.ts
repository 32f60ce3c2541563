import { defineEngine } from '../../../kernel/engine.ts';
import type { Statement, Store } from '../../../kernel/store/store.ts';
import type { Notification } from './notification.ts';

/** A subscription that does not have the message yet. */
export interface Pending {
  SubscriptionArn: string;
  /** Made so far. */
  attempts: number;
  /** When the next is due. */
  dueMs: number;
}

export interface Publication {
  id: number;
  TopicArn: string;
  notification: Notification;
  pending: Pending[];
}

/** What was accepted and is not with every subscription yet: it is delivered after a restart too. */
export const publicationTable = defineEngine('sns.publications', (kernel) => new PublicationTable(kernel.store));

class PublicationTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.migrate('sns', [
      `CREATE TABLE sns_publications (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL,
         notification TEXT NOT NULL, pending TEXT NOT NULL);
       CREATE TABLE sns_deduplication (topic TEXT, scope TEXT, id TEXT, messageId TEXT NOT NULL, sequence TEXT NOT NULL,
         expiresMs INTEGER NOT NULL, PRIMARY KEY (topic, scope, id)) WITHOUT ROWID;
       CREATE TABLE sns_sequences (topic TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID`,
    ]);
  }

  insert(TopicArn: string, notification: Notification, pending: Pending[]): Publication {
    const row = this.#sql(
      'INSERT INTO sns_publications (topic, notification, pending) VALUES (?, ?, ?) RETURNING id',
    ).get<{ id: number }>(TopicArn, JSON.stringify(notification), JSON.stringify(pending));
    if (!row) throw new Error('an insertion returned no id');
    return { id: row.id, TopicArn, notification, pending };
  }

  /** What is still pending, or nothing: then the publication is done. */
  keep({ id, pending }: Publication): void {
    if (pending.length === 0) this.#sql('DELETE FROM sns_publications WHERE id = ?').run(id);
    else this.#sql('UPDATE sns_publications SET pending = ? WHERE id = ?').run(JSON.stringify(pending), id);
  }

  all(): Publication[] {
    return this.#sql('SELECT id, topic, notification, pending FROM sns_publications ORDER BY id')
      .all<{ id: number; topic: string; notification: string; pending: string }>()
      .map(({ id, topic, notification, pending }) => ({
        id,
        TopicArn: topic,
        notification: JSON.parse(notification) as Notification,
        pending: JSON.parse(pending) as Pending[],
      }));
  }

  /** The next of the topic, twenty digits and growing ("Message ordering details for FIFO topics"). */
  nextSequence(TopicArn: string): string {
    const row = this.#sql(
      'INSERT INTO sns_sequences VALUES (?, 1) ON CONFLICT (topic) DO UPDATE SET last = last + 1 RETURNING last',
    ).get<{ last: number }>(TopicArn);
    return (10_000_000_000_000_000_000n + BigInt(row?.last ?? 0) * 1000n).toString();
  }

  duplicate(of: Deduplication, nowMs: number): { messageId: string; sequence: string } | undefined {
    return this.#sql(
      'SELECT messageId, sequence FROM sns_deduplication WHERE topic = ? AND scope = ? AND id = ? AND expiresMs > ?',
    ).get(of.TopicArn, of.scope, of.id, nowMs);
  }

  remember(of: Deduplication, was: { messageId: string; sequence: string; expiresMs: number }): void {
    this.#sql('INSERT OR REPLACE INTO sns_deduplication VALUES (?, ?, ?, ?, ?, ?)').run(
      of.TopicArn,
      of.scope,
      of.id,
      was.messageId,
      was.sequence,
      was.expiresMs,
    );
  }

  forgetDuplicates(nowMs: number): void {
    this.#sql('DELETE FROM sns_deduplication WHERE expiresMs <= ?').run(nowMs);
  }

  #sql(text: string): Statement {
    return this.#store.prepare(text);
  }
}

export interface Deduplication {
  TopicArn: string;
  /** The message group, where the topic dedups by group; else empty. */
  scope: string;
  id: string;
}
