import type { DatabaseGroup } from '../../../engines/databases/database-group.ts';
import type { Session } from '../../../engines/databases/engine.ts';
import { MariadbSession } from '../../../engines/databases/mariadb/session.ts';
import { PostgresSession } from '../../../engines/databases/postgres/session.ts';
import { PersonError } from '../../../kernel/errors.ts';

const patienceMs = 3000;

/**
 * A session that only reads. With PostgreSQL it is the master user's: what the template's own functions do when a view is read
 * they must not do as a superuser. MariaDB lets nobody else in without a password, so only tables are read there, which run
 * nothing.
 */
export async function readingSession(
  group: DatabaseGroup,
  { database, user }: { database: string | undefined; user: string },
): Promise<Session> {
  const path = group.socketPath(group.writer);
  if (path === undefined)
    throw new PersonError('database-not-running', 'The database does not run just now.', 'Start it, or wait for it.');
  if (group.engine === 'postgres')
    return PostgresSession.open(path, database, {
      user,
      application_name: 'orrery console',
      client_encoding: 'UTF8',
      // What the quoting of names and texts relies on, whatever the database is set to.
      standard_conforming_strings: 'on',
      default_transaction_read_only: 'on',
      statement_timeout: String(patienceMs),
      // A table that is being altered is not waited for.
      lock_timeout: '1000',
    });
  const session = await MariadbSession.open(path, database);
  await session.query('SET SESSION TRANSACTION READ ONLY');
  await session.query(`SET SESSION max_statement_time = ${patienceMs / 1000}, lock_wait_timeout = 1, sql_mode = ''`);
  return session;
}
