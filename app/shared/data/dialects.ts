import { readFileSync } from 'node:fs';
import { type Dialect, MysqlDialect, type MysqlPool, type MysqlPoolConnection, PostgresDialect } from 'kysely';
import { createPool, type PoolConnection } from 'mysql2';
import pg from 'pg';
import type { Credentials, Engine } from './credentials.ts';
import { isRefused } from './database-errors.ts';
import { type Pool, rotatingPool } from './rotating-pool.ts';

export type ConnectionLimits = { connections: number; connectMs: number; statementMs: number };

export type OpenedDialect = { dialect: Dialect; renew(): void };

type DialectOptions = { read: () => Promise<Credentials>; limits: ConnectionLimits; tls: Tls };

/** TLS is on and the server's certificate is verified unless `DATABASE_TLS` is `off`. */
export type Tls = { ca?: string; rejectUnauthorized: true } | undefined;

export function tlsFrom(environment: NodeJS.ProcessEnv): Tls {
  if (environment.DATABASE_TLS === 'off') return undefined;
  const file = environment.DATABASE_CA_FILE;
  return { rejectUnauthorized: true, ...(file ? { ca: readFileSync(file, 'utf8') } : {}) };
}

export function openDialect(engine: Engine, options: DialectOptions): OpenedDialect {
  return engine === 'mysql' ? openMysql(options) : openPostgres(options);
}

function openPostgres({ read, limits, tls }: DialectOptions): OpenedDialect {
  const pool = rotatingPool<pg.PoolClient>({ read, isRefused, open: (found) => postgresPool(found, limits, tls) });
  const dialect = new PostgresDialect({
    pool: { options: {}, connect: () => pool.connect(), end: () => pool.close() },
  });
  return { dialect, renew: pool.renew };
}

function postgresPool(found: Credentials, limits: ConnectionLimits, tls: Tls): Pool<pg.PoolClient> {
  const { host, port, username, password, dbname } = found;
  const pool = new pg.Pool({
    host,
    port,
    user: username,
    password,
    database: dbname,
    ssl: tls ?? false,
    max: limits.connections,
    connectionTimeoutMillis: limits.connectMs,
    statement_timeout: limits.statementMs,
    idleTimeoutMillis: 30_000,
    // After a failover the name leads elsewhere: no connection outlives that by much.
    maxLifetimeSeconds: 300,
  });
  // An idle connection that breaks is dropped by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  return { connect: () => pool.connect(), close: () => pool.end(), waitMs: limits.connectMs + 100 };
}

function openMysql({ read, limits, tls }: DialectOptions): OpenedDialect {
  const pool = rotatingPool<PoolConnection>({ read, isRefused, open: (found) => mysqlPool(found, limits, tls) });
  const forKysely: MysqlPool = {
    getConnection(callback) {
      pool.connect().then(
        (connection) => callback(null, connection as unknown as MysqlPoolConnection),
        (error) => callback(error, undefined as never),
      );
    },
    end(callback) {
      pool.close().then(() => callback(null), callback);
    },
  };
  const dialect = new MysqlDialect({ pool: forKysely });
  return { dialect, renew: pool.renew };
}

function mysqlPool(found: Credentials, limits: ConnectionLimits, tls: Tls): Pool<PoolConnection> {
  const { host, port, username, password, dbname } = found;
  const pool = createPool({
    host,
    port,
    user: username,
    password,
    database: dbname,
    ...(tls ? { ssl: tls } : {}),
    connectionLimit: limits.connections,
    connectTimeout: limits.connectMs,
    timezone: 'Z',
    idleTimeout: 30_000,
  });
  return {
    waitMs: limits.connectMs + 100,
    connect: () =>
      new Promise((resolve, reject) =>
        pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))),
      ),
    close: () => new Promise((resolve) => pool.end(() => resolve())),
  };
}
