import { identifier, literal } from '../../../engines/databases/postgres/session.ts';
import { scramVerifier } from './scram.ts';
import type { EngineSql } from './sql.ts';

export const postgresSql: EngineSql = {
  verifier: scramVerifier,
  async begin(group, { MasterUsername, DatabaseName }, verifier) {
    const master = identifier(MasterUsername);
    const [there] = await group.query(`SELECT 1 FROM pg_roles WHERE rolname = ${literal(MasterUsername)}`);
    if (!there) for (const sql of masterRole(master)) await group.query(sql);
    if (verifier !== '') await group.query(`ALTER ROLE ${master} PASSWORD ${literal(verifier)}`);
    if (!there && DatabaseName !== undefined && DatabaseName !== 'postgres')
      await group.query(`CREATE DATABASE ${identifier(DatabaseName)} OWNER ${master}`);
  },
  async setPassword(group, username, verifier) {
    await group.query(`ALTER ROLE ${identifier(username)} PASSWORD ${literal(verifier)}`);
  },
  /**
   * Members of rds_iam sign in by a token and in no other way. Who may merely grant the role, as the master may, or who made
   * a role that has it, is no such member: pg_hba.conf, which RDS does this by, would not tell them apart.
   */
  async byToken(group, { member, user }) {
    const sql = `SELECT pg_has_role(oid, 'rds_iam', 'USAGE') OR pg_has_role(oid, 'rds_iam', 'SET') AS token
      FROM pg_roles WHERE rolname = ${literal(user)} AND NOT rolsuper AND to_regrole('rds_iam') IS NOT NULL`;
    const [row] = await group.query(sql, { member });
    return row?.token === 't';
  },
  async sample(group, member) {
    return (await group.query(everything, { member }))[0] ?? {};
  },
  async lagMs(group, member) {
    const [row] = await group.query(
      `SELECT coalesce(extract(epoch FROM replay_lag) * 1000, 0) AS lag FROM pg_stat_replication WHERE application_name = ${literal(member)}`,
    );
    return Number(row?.lag ?? 0);
  },
  async replicaLagSeconds(group) {
    const [row] = await group.query(`SELECT CASE
      WHEN NOT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming') THEN -1
      WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
      ELSE coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 0) END AS lag`);
    return Number(row?.lag ?? -1);
  },
  async storageReads(group, member) {
    const [row] = await group.query('SELECT coalesce(sum(blks_read), 0) AS reads FROM pg_stat_database', { member });
    return Number(row?.reads ?? 0);
  },
  async loggedBytes(group) {
    const [row] = await group.query("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS bytes");
    return Number(row?.bytes ?? 0);
  },
  databasesIn: 'base',
};

/** "Master user account privileges": no superuser, but a member of rds_superuser. */
const masterRole = (master: string): string[] => [
  'CREATE ROLE rds_superuser NOLOGIN',
  'GRANT pg_monitor, pg_signal_backend, pg_checkpoint, pg_use_reserved_connections TO rds_superuser WITH ADMIN OPTION',
  'CREATE ROLE rds_iam NOLOGIN',
  // They may grant it, and do not have it.
  'GRANT rds_iam TO rds_superuser WITH ADMIN TRUE, INHERIT FALSE, SET FALSE',
  `CREATE ROLE ${master} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser`,
  `ALTER DATABASE postgres OWNER TO ${master}`,
];

/** The runtime's own sessions are not counted as connections. */
const everything = `
SELECT
  (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename <> 'rdsadmin') AS connections,
  (SELECT sum(reads) FROM pg_stat_io) AS reads,
  (SELECT sum(reads * op_bytes) FROM pg_stat_io) AS read_bytes,
  (SELECT sum(coalesce(writes, 0) + coalesce(extends, 0)) FROM pg_stat_io) AS writes,
  (SELECT sum((coalesce(writes, 0) + coalesce(extends, 0)) * op_bytes) FROM pg_stat_io) AS write_bytes,
  (SELECT sum(xact_commit) FROM pg_stat_database) AS commits,
  (SELECT sum(deadlocks) FROM pg_stat_database) AS deadlocks,
  (SELECT sum(blks_hit) FROM pg_stat_database) AS hits,
  (SELECT sum(blks_read) FROM pg_stat_database) AS misses,
  (SELECT max(age(datfrozenxid)) FROM pg_database) AS used_ids,
  (SELECT sum(pg_database_size(oid)) FROM pg_database) AS bytes,
  extract(epoch FROM now() - pg_postmaster_start_time()) AS uptime`;
