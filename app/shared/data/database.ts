// The data layer's front: the services and functions open it once and reach every table through it.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Kysely, sql, type Transaction } from 'kysely';
import { clientOptions } from '../client-options.ts';
import { credentialsFrom, type Engine, type SecretReader } from './credentials.ts';
import { isReadOnly } from './database-errors.ts';
import { openDialect, tlsFrom } from './dialects.ts';
import { databaseResilience } from './resilience.ts';
import type { Tables } from './schema.ts';

export type Queries = Kysely<Tables> | Transaction<Tables>;

export type Database = {
  readonly engine: Engine;
  readonly kysely: Kysely<Tables>;
  /** Reads, with retries; `work` may run more than once. */
  read<Value>(work: (db: Kysely<Tables>) => Promise<Value>): Promise<Value>;
  /** Reads once, without waiting for a database that is away: for what can be shown from memory instead. */
  glance<Value>(work: (db: Kysely<Tables>) => Promise<Value>): Promise<Value>;
  /** One transaction, with retries: it happens whole or not at all, but `work` may run more than once. */
  write<Value>(work: (db: Transaction<Tables>) => Promise<Value>): Promise<Value>;
  /** Resolves when the database answers now, without retries. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

export type DatabaseOptions = {
  environment?: NodeJS.ProcessEnv;
  secrets?: SecretReader;
  connections?: number;
  /** How long a request waits for a database that is away. */
  patienceMs?: number;
};

export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const { environment = process.env, connections = Number(environment.DATABASE_CONNECTIONS ?? 10) } = options;
  const read = credentialsFrom(environment, () => options.secrets ?? new SecretsManagerClient(clientOptions));
  // The dialect is chosen once; host, user and password are read again whenever the database refuses them.
  const { engine } = await read();
  const limits = { connections, connectMs: 2_000, statementMs: 5_000 };
  const { dialect, renew } = openDialect(engine, { read, limits, tls: tlsFrom(environment) });
  const kysely = new Kysely<Tables>({ dialect });
  const resilience = databaseResilience({ totalMs: options.patienceMs });
  const run = <Value>(work: () => Promise<Value>): Promise<Value> =>
    resilience.patiently(async () => {
      try {
        return await work();
      } catch (error) {
        if (isReadOnly(error)) renew();
        throw error;
      }
    });
  return {
    engine,
    kysely,
    read: (work) => run(() => work(kysely)),
    glance: (work) => resilience.once(() => work(kysely)),
    write: (work) => run(() => kysely.transaction().execute(work)),
    async ping() {
      await sql`select 1`.execute(kysely);
    },
    close: () => kysely.destroy(),
  };
}
