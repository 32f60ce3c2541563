import { Migrator } from 'kysely/migration';
import type { Log } from '../log.ts';
import type { Database } from './database.ts';
import { firstContents } from './migrations/first-contents.ts';
import { firstTables } from './migrations/first-tables.ts';

/** Names sort in the order they run in; one that has been released is never changed. */
const migrations = {
  '0001-first-tables': firstTables,
  '0002-first-contents': firstContents,
};

/**
 * Brings the tables to what this code expects. Every process may call it as it starts: Kysely's Migrator holds a lock in
 * the database while it works, so each migration runs once and the others wait for it.
 */
export async function migrate({ kysely, engine, read }: Database, log: Log): Promise<void> {
  const inEngine = Object.fromEntries(
    Object.entries(migrations).map(([name, up]) => [name, { up: (db: typeof kysely) => up(db, engine) }]),
  );
  const migrator = new Migrator({ db: kysely, provider: { getMigrations: async () => inEngine } });
  await read(async () => {
    const { error, results = [] } = await migrator.migrateToLatest();
    for (const { migrationName, status } of results) log.info('migration', { migrationName, status });
    if (error) throw error;
  });
}
