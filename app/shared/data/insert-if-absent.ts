import type { Insertable } from 'kysely';
import type { Engine } from './credentials.ts';
import type { Queries } from './database.ts';
import type { Tables } from './schema.ts';

/**
 * Inserts the rows whose keys are free and says how many those were. It waits for a transaction that holds such a key
 * to end, so of two that run at once with one key the second sees the first's outcome.
 */
export async function insertIfAbsent<Name extends keyof Tables>(
  db: Queries,
  { engine, table, rows }: { engine: Engine; table: Name; rows: Insertable<Tables[Name]>[] },
): Promise<number> {
  const insert = db.insertInto(table).values(rows as Insertable<Tables[keyof Tables]>[] as never);
  const careful = engine === 'mysql' ? insert.ignore() : insert.onConflict((conflict) => conflict.doNothing());
  const results = await careful.execute();
  return results.reduce((sum, { numInsertedOrUpdatedRows = 0n }) => sum + Number(numInsertedOrUpdatedRows), 0);
}
