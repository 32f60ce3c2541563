import { defineEngine } from '../../../kernel/engine.ts';
import type { Statement, Store } from '../../../kernel/store/store.ts';

/** A message as kept. Times are the cloud's milliseconds. */
export interface StoredMessage {
  seq: number;
  queue: string;
  messageId: string;
  /** Base64 of what the data key made of it, where there is one. */
  body: string;
  /** See message-encryption.ts; null while bodies are kept as they are. */
  dataKey: string | null;
  /** JSON of MessageAttributes, binary values in base64; null when there are none. */
  attributes: string | null;
  /** JSON of the message system attributes given at sending (AWSTraceHeader). */
  systemAttributes: string | null;
  senderId: string;
  sentMs: number;
  /** Received before this moment? Not again. */
  visibleMs: number;
  receiveCount: number;
  firstReceivedMs: number | null;
  /** Nonce of the newest receipt handle; null while never received. */
  receipt: string | null;
  groupId: string | null;
  deduplicationId: string | null;
  /** ARN of the queue it was dead-lettered from. */
  deadLetterSource: string | null;
}

const columns =
  'queue, messageId, body, attributes, systemAttributes, senderId, sentMs, visibleMs, receiveCount, firstReceivedMs, receipt, groupId, deduplicationId, deadLetterSource, dataKey';

const insertion = `INSERT INTO sqs_messages (${columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`;

/** The messages of all queues, in SQLite: they may be many, and must survive. */
export const messageTable = defineEngine('sqs.messages', (kernel) => new MessageTable(kernel.store));

export class MessageTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.migrate('sqs', [
      `CREATE TABLE sqs_messages (seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, messageId TEXT NOT NULL,
         body TEXT NOT NULL, attributes TEXT, systemAttributes TEXT, senderId TEXT NOT NULL, sentMs INTEGER NOT NULL,
         visibleMs INTEGER NOT NULL, receiveCount INTEGER NOT NULL, firstReceivedMs INTEGER, receipt TEXT, groupId TEXT,
         deduplicationId TEXT, deadLetterSource TEXT);
       CREATE INDEX sqs_by_visibility ON sqs_messages (queue, visibleMs, seq);
       CREATE INDEX sqs_by_group ON sqs_messages (queue, groupId, seq) WHERE groupId IS NOT NULL;
       CREATE INDEX sqs_by_age ON sqs_messages (queue, sentMs);
       CREATE TABLE sqs_deduplication (queue TEXT, scope TEXT, id TEXT, messageId TEXT NOT NULL, seq INTEGER NOT NULL,
         expiresMs INTEGER NOT NULL, PRIMARY KEY (queue, scope, id)) WITHOUT ROWID`,
      'ALTER TABLE sqs_messages ADD COLUMN dataKey TEXT',
    ]);
  }

  insert(message: Omit<StoredMessage, 'seq'>): number {
    return this.#sql(insertion).run(
      message.queue,
      message.messageId,
      message.body,
      message.attributes,
      message.systemAttributes,
      message.senderId,
      message.sentMs,
      message.visibleMs,
      message.receiveCount,
      message.firstReceivedMs,
      message.receipt,
      message.groupId,
      message.deduplicationId,
      message.deadLetterSource,
      message.dataKey,
    ).insertedKey;
  }

  /** Visible now, oldest first. */
  visible(queue: string, nowMs: number, limit: number): StoredMessage[] {
    return this.#sql(
      'SELECT * FROM sqs_messages WHERE queue = ? AND visibleMs <= ? ORDER BY visibleMs, seq LIMIT ?',
    ).all<StoredMessage>(queue, nowMs, limit);
  }

  /** Visible now in FIFO order, leaving out every group that has a message in flight. */
  visibleFifo(queue: string, nowMs: number, limit: number): StoredMessage[] {
    return this.#sql(
      `SELECT * FROM sqs_messages WHERE queue = ? AND visibleMs <= ? AND groupId NOT IN
         (SELECT groupId FROM sqs_messages WHERE queue = ? AND visibleMs > ? AND receiveCount > 0 AND groupId IS NOT NULL)
       ORDER BY seq LIMIT ?`,
    ).all<StoredMessage>(queue, nowMs, queue, nowMs, limit);
  }

  /** Whatever their state, of those sent after `afterMs`. */
  oldest(queue: string, afterMs: number, limit: number): StoredMessage[] {
    return this.#sql(
      'SELECT * FROM sqs_messages WHERE queue = ? AND sentMs > ? ORDER BY sentMs, seq LIMIT ?',
    ).all<StoredMessage>(queue, afterMs, limit);
  }

  markReceived(seq: number, receipt: string, visibleMs: number, nowMs: number): void {
    this.#sql(
      `UPDATE sqs_messages SET receipt = ?, visibleMs = ?, receiveCount = receiveCount + 1, firstReceivedMs = coalesce(firstReceivedMs, ?)
       WHERE seq = ?`,
    ).run(receipt, visibleMs, nowMs, seq);
  }

  find(seq: number): StoredMessage | undefined {
    return this.#sql('SELECT * FROM sqs_messages WHERE seq = ?').get<StoredMessage>(seq);
  }

  setVisible(seq: number, visibleMs: number): void {
    this.#sql('UPDATE sqs_messages SET visibleMs = ? WHERE seq = ?').run(visibleMs, seq);
  }

  delete(seq: number): void {
    this.#sql('DELETE FROM sqs_messages WHERE seq = ?').run(seq);
  }

  purge(queue: string): void {
    this.#sql('DELETE FROM sqs_messages WHERE queue = ?').run(queue);
    this.#sql('DELETE FROM sqs_deduplication WHERE queue = ?').run(queue);
  }

  /** Deletes what was sent before `beforeMs`; how many. */
  expire(queue: string, beforeMs: number): number {
    return this.#sql('DELETE FROM sqs_messages WHERE queue = ? AND sentMs <= ?').run(queue, beforeMs).changes;
  }

  counts(
    queue: string,
    nowMs: number,
  ): { visible: number; inFlight: number; delayed: number; oldestSentMs: number | undefined } {
    const row = this.#sql(
      `SELECT count(*) FILTER (WHERE visibleMs <= ?1) visible, count(*) FILTER (WHERE visibleMs > ?1 AND receiveCount > 0) inFlight,
         count(*) FILTER (WHERE visibleMs > ?1 AND receiveCount = 0) delayed, min(sentMs) oldest FROM sqs_messages WHERE queue = ?2`,
    ).get<{ visible: number; inFlight: number; delayed: number; oldest: number | null }>(nowMs, queue);
    return {
      visible: row?.visible ?? 0,
      inFlight: row?.inFlight ?? 0,
      delayed: row?.delayed ?? 0,
      oldestSentMs: row?.oldest ?? undefined,
    };
  }

  /** The next moment after `nowMs` at which a message becomes visible. */
  nextVisible(queue: string, nowMs: number): number | undefined {
    return (
      this.#sql('SELECT min(visibleMs) at FROM sqs_messages WHERE queue = ? AND visibleMs > ?').get<{
        at: number | null;
      }>(queue, nowMs)?.at ?? undefined
    );
  }

  duplicate(queue: string, scope: string, id: string, nowMs: number): { messageId: string; seq: number } | undefined {
    return this.#sql(
      'SELECT messageId, seq FROM sqs_deduplication WHERE queue = ? AND scope = ? AND id = ? AND expiresMs > ?',
    ).get<{
      messageId: string;
      seq: number;
    }>(queue, scope, id, nowMs);
  }

  rememberDuplicate(
    queue: string,
    scope: string,
    id: string,
    message: { messageId: string; seq: number; expiresMs: number },
  ): void {
    this.#sql('INSERT OR REPLACE INTO sqs_deduplication VALUES (?,?,?,?,?,?)').run(
      queue,
      scope,
      id,
      message.messageId,
      message.seq,
      message.expiresMs,
    );
  }

  forgetDuplicates(nowMs: number): void {
    this.#sql('DELETE FROM sqs_deduplication WHERE expiresMs <= ?').run(nowMs);
  }

  #sql(text: string): Statement {
    return this.#store.prepare(text);
  }
}
