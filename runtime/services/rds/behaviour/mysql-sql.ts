import type { Row } from '../../../engines/databases/engine.ts';
import { nativeVerifier } from '../../../engines/databases/mariadb/handshake.ts';
import { identifier, literal } from '../../../engines/databases/mariadb/session.ts';
import type { EngineSql } from './sql.ts';

/** The runtime's own accounts are not counted as connections. */
const own = "'rdsadmin', 'rdsrepladmin', 'system user', 'event_scheduler'";

export const mysqlSql: EngineSql = {
  verifier: (_ids, password) => nativeVerifier(password),
  async begin(group, { MasterUsername, DatabaseName }, verifier) {
    const master = account(MasterUsername);
    const [there] = await group.query(
      `SELECT 1 FROM mysql.global_priv WHERE User = ${literal(MasterUsername)} AND Host = '%'`,
    );
    if (!there) {
      await group.query(`CREATE USER ${master}`);
      await group.query(`GRANT ${privileges.join(', ')} ON *.* TO ${master} WITH GRANT OPTION`);
    }
    if (verifier !== '') await this.setPassword(group, MasterUsername, verifier);
    if (!there && DatabaseName !== undefined) await group.query(`CREATE DATABASE ${identifier(DatabaseName)}`);
  },
  async setPassword(group, username, verifier) {
    await group.query(
      `ALTER USER ${account(username)} IDENTIFIED VIA mysql_native_password USING ${literal(verifier)}`,
    );
  },
  async byToken(group, { member, user, password }) {
    const sql = `SELECT 1 FROM mysql.global_priv WHERE User = ${literal(user)}
      AND JSON_VALUE(Priv, '$.authentication_string') = ${literal(nativeVerifier(password))}`;
    return (await group.query(sql, { member })).length > 0;
  },
  async sample(group, member) {
    return (await group.query(everything, { member }))[0] ?? {};
  },
  async lagMs(group, member) {
    const [row] = await group.query('SHOW SLAVE STATUS', { member });
    return Number(row?.Seconds_Behind_Master ?? 0) * 1000;
  },
  async replicaLagSeconds(group) {
    const [row] = await group.query('SHOW SLAVE STATUS');
    return Number(row?.Seconds_Behind_Master ?? -1);
  },
  async storageReads(group, member) {
    return Number((await status(group.query(counters, { member }))).INNODB_BUFFER_POOL_READS ?? 0);
  },
  async loggedBytes(group) {
    return Number((await status(group.query(counters))).INNODB_OS_LOG_WRITTEN ?? 0);
  },
  databasesIn: '.',
};

/**
 * "Master user account privileges" of MySQL and MariaDB, without those that only MySQL has. AWS keeps the master from the
 * tables of the schema mysql; MariaDB cannot.
 */
const privileges = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'DELETE HISTORY',
  'CREATE',
  'DROP',
  'RELOAD',
  'PROCESS',
  'REFERENCES',
  'INDEX',
  'ALTER',
  'SHOW DATABASES',
  'CREATE TEMPORARY TABLES',
  'LOCK TABLES',
  'EXECUTE',
  'REPLICATION SLAVE',
  'REPLICATION CLIENT',
  'CREATE VIEW',
  'SHOW VIEW',
  'CREATE ROUTINE',
  'ALTER ROUTINE',
  'CREATE USER',
  'EVENT',
  'TRIGGER',
];

const account = (username: string): string => `${literal(username)}@'%'`;

const counters =
  "SELECT VARIABLE_NAME AS name, VARIABLE_VALUE AS value FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME IN ('INNODB_BUFFER_POOL_READS', 'INNODB_OS_LOG_WRITTEN')";

async function status(asked: Promise<Row[]>): Promise<Row> {
  return Object.fromEntries((await asked).map(({ name, value }) => [String(name), value ?? null]));
}

const value = (name: string): string =>
  `(SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = '${name}')`;

const everything = `
SELECT
  (SELECT count(*) FROM information_schema.PROCESSLIST WHERE USER NOT IN (${own})) AS connections,
  ${value('INNODB_DATA_READS')} AS \`reads\`,
  ${value('INNODB_DATA_READ')} AS read_bytes,
  ${value('INNODB_DATA_WRITES')} AS writes,
  ${value('INNODB_DATA_WRITTEN')} AS write_bytes,
  ${value('BINLOG_COMMITS')} AS commits,
  ${value('INNODB_DEADLOCKS')} AS deadlocks,
  ${value('INNODB_BUFFER_POOL_READ_REQUESTS')} - ${value('INNODB_BUFFER_POOL_READS')} AS hits,
  ${value('INNODB_BUFFER_POOL_READS')} AS misses,
  (SELECT sum(FILE_SIZE) FROM information_schema.INNODB_SYS_TABLESPACES) AS bytes,
  ${value('UPTIME')} AS uptime`;
