import type { Kysely } from 'kysely';
import type { Database } from '../../shared/data/database.ts';
import { isUnavailable } from '../../shared/data/resilience.ts';
import type { Tables } from '../../shared/data/schema.ts';

export type Copy<Value> = { value: Value; stale: boolean };

export type Reader = <Value>(name: string, load: (db: Kysely<Tables>) => Promise<Value>) => Promise<Copy<Value>>;

const copiesKept = 200;

/** Reads that outlive the database: while it is away the last copy this process read is given, and said to be stale. */
export function lastCopies(database: Database): Reader {
  const copies = new Map<string, unknown>();
  return async (name, load) => {
    try {
      const value = await database.glance(load);
      copies.delete(name);
      copies.set(name, value);
      const [oldest] = copies.keys();
      if (copies.size > copiesKept && oldest !== undefined) copies.delete(oldest);
      return { value, stale: false };
    } catch (error) {
      if (!isUnavailable(error) || !copies.has(name)) throw error;
      return { value: copies.get(name) as Awaited<ReturnType<typeof load>>, stale: true };
    }
  };
}

/** Tells the site that what it got is from memory; and caches that they should soon ask again. */
export function staleHeaders({ stale }: Copy<unknown>): Record<string, string> {
  return stale ? { 'x-served-from': 'memory', 'cache-control': 'public, max-age=5, stale-if-error=86400' } : {};
}
