// Carries events from the outbox to EventBridge, at least once. An event is marked as sent only after the bus has taken
// it, in the transaction that holds its row: a process that dies in between leaves it for another to send again.
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Database } from '../../shared/data/database.ts';
import { errorFields, type Log } from '../../shared/log.ts';
import { eventSource } from '../../shared/order-placed.ts';

export type RelayOptions = {
  database: Database;
  events: Pick<EventBridgeClient, 'send'>;
  busName: string;
  log: Log;
  /** How long an event that no one announced may lie, at most. */
  everyMs?: number;
};

/** PutEvents takes ten entries at a time. */
const batchSize = 10;
const keepSentMs = 7 * 24 * 60 * 60 * 1000;

export function startRelay(options: RelayOptions) {
  let running: Promise<void> | undefined;
  let wanted = false;
  let stopped = false;
  const run = async (): Promise<void> => {
    while (wanted && !stopped) {
      wanted = false;
      try {
        while ((await relayBatch(options)) === batchSize && !stopped);
      } catch (error) {
        // It stays in the outbox, and the next round takes it.
        options.log.error('events wait in the outbox', errorFields(error));
      }
    }
  };
  const wake = (): void => {
    wanted = true;
    running ??= run().finally(() => {
      running = undefined;
      if (wanted && !stopped) wake();
    });
  };
  const timer = setInterval(wake, options.everyMs ?? 5_000);
  wake();
  return {
    wake,
    async stop(): Promise<void> {
      clearInterval(timer);
      // What was committed while draining still leaves, if the bus can be reached.
      await running;
      stopped = true;
      await relayBatch(options).catch(() => {});
    },
  };
}

/** Sends the oldest events that no other process has in hand, and says how many it took. */
function relayBatch({ database, events, busName, log }: RelayOptions): Promise<number> {
  return database.write(async (db) => {
    const rows = await db
      .selectFrom('outbox')
      .selectAll()
      .where('sent_at', 'is', null)
      .orderBy('created_at')
      .limit(batchSize)
      .forUpdate()
      .skipLocked()
      .execute();
    if (rows.length === 0) return 0;
    const answer = await events.send(
      new PutEventsCommand({
        Entries: rows.map(({ detail_type, detail, created_at }) => ({
          EventBusName: busName,
          Source: eventSource,
          DetailType: detail_type,
          Detail: detail,
          Time: created_at,
        })),
      }),
    );
    // One entry may fail while the others are taken; only those are done.
    const taken = rows.filter((_, index) => answer.Entries?.[index]?.EventId !== undefined).map(({ id }) => id);
    const now = new Date();
    if (taken.length > 0) await db.updateTable('outbox').set({ sent_at: now }).where('id', 'in', taken).execute();
    await db
      .deleteFrom('outbox')
      .where('sent_at', '<', new Date(now.getTime() - keepSentMs))
      .execute();
    // The refused stay in the outbox for the next round.
    if (taken.length < rows.length) log.error('the bus refused events', { events: rows.length - taken.length });
    if (taken.length > 0) log.info('events sent', { events: taken.length });
    return taken.length;
  });
}
