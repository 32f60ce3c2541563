import { type RawBuilder, sql } from 'kysely';
import type { Engine } from './credentials.ts';

/**
 * For the end of a select within a transaction: it reads what is committed by now, and keeps others from changing it.
 * MariaDB knows this by its older name alone, which MySQL knows too.
 */
export function shareLock(engine: Engine): RawBuilder<unknown> {
  return engine === 'mysql' ? sql`lock in share mode` : sql`for share`;
}
