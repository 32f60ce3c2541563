import { createHash } from 'node:crypto';
import type { ServerCertificate } from '../certificate.ts';
import type { Joining, Row } from '../engine.ts';
import type { ServerProcess } from '../server-process.ts';
import { sequenceOf } from './binary-log.ts';
import { forgetPosition, takePosition } from './data-directory.ts';
import { literal } from './session.ts';

/** RDS has one of that name for the same purpose. */
const replicator = "'rdsrepladmin'@'127.0.0.1'";

interface Certified {
  certificate: ServerCertificate;
}

const mark = 'REPLACE INTO mysql.rds_heartbeat2 VALUES (1, UNIX_TIMESTAMP() * 1000)';

/**
 * Semi-synchronous replication with AFTER_SYNC: a commit is visible and acknowledged once a standby has it in its relay log.
 * The first standby is made to wait for only when it has caught up, and is one that may become the writer once a marker,
 * which waited for it, says that nothing before is missing. A later one may become the writer before its acknowledgements
 * count. So whatever was acknowledged is with one of those, and the most advanced has all of it.
 */
export async function join({ writer, standby, others, configure, joined }: Joining): Promise<void> {
  await follow({ writer, standby, certificate: configure().certificate });
  if (others) joined();
  else await writer.query('SET GLOBAL rpl_semi_sync_master_enabled = 1');
  await standby.query('STOP SLAVE IO_THREAD');
  await standby.query('SET GLOBAL rpl_semi_sync_slave_enabled = 1');
  await standby.query('START SLAVE IO_THREAD');
  if (!others) await marker(writer, standby);
}

/** Resolves when it has caught up; rejects when it cannot go on from where it is. The certificate is that of the writer's group. */
export async function follow({ writer, standby, certificate }: Pick<Joining, 'writer' | 'standby'> & Certified) {
  const password = createHash('sha256').update(`replication ${certificate.keyPem}`).digest('hex');
  await admit(writer, password);
  await begin(standby, writer.port, password);
  await caughtUp(writer, standby);
}

/** How much of the writer's log is here, whether replayed or not. */
export async function position(standby: ServerProcess): Promise<bigint> {
  await standby.query('STOP SLAVE IO_THREAD');
  return sequenceOf((await received(standby)).Gtid_IO_Pos);
}

/** Replays what was received, and takes writes once `ready` is through; events run here from now on. */
export async function promote(standby: ServerProcess, ready: () => Promise<void>): Promise<void> {
  await standby.query('STOP SLAVE IO_THREAD');
  const { Gtid_IO_Pos } = await received(standby);
  if (Gtid_IO_Pos) {
    const [row] = await standby.query(`SELECT MASTER_GTID_WAIT(${literal(Gtid_IO_Pos)}, 60) AS outcome`);
    if (row?.outcome !== '0')
      throw new Error(`the standby did not replay all it had received: ${await trouble(standby)}`);
  }
  await standby.query('STOP SLAVE');
  await standby.query('RESET SLAVE ALL');
  await standby.query('SET GLOBAL rpl_semi_sync_slave_enabled = 0');
  await standby.query("UPDATE mysql.event SET status = 'ENABLED' WHERE status = 'SLAVESIDE_DISABLED'");
  await ready();
  await standby.query('SET GLOBAL read_only = 0');
}

/** Each server has the account for itself: it is never replicated. */
async function admit(writer: ServerProcess, password: string): Promise<void> {
  const session = await writer.open();
  try {
    await session.query('SET SESSION sql_log_bin = 0');
    await session.query(`CREATE OR REPLACE USER ${replicator} IDENTIFIED BY ${literal(password)}`);
    await session.query(`GRANT REPLICATION SLAVE ON *.* TO ${replicator}`);
  } finally {
    session.close();
  }
}

async function begin(standby: ServerProcess, port: number, password: string): Promise<void> {
  await standby.query('SET GLOBAL read_only = 1');
  await standby.query('STOP SLAVE');
  const from = takePosition(standby.dataDir);
  if (from !== undefined) {
    await standby.query('RESET MASTER');
    await standby.query(`SET GLOBAL gtid_binlog_state = ${literal(from)}`);
    await standby.query(`SET GLOBAL gtid_slave_pos = ${literal(from)}`);
    forgetPosition(standby.dataDir);
  }
  await standby.query('SET GLOBAL rpl_semi_sync_slave_enabled = 0');
  await standby.query(
    `CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${port}, MASTER_USER = 'rdsrepladmin', MASTER_PASSWORD = ${literal(password)}, MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1, MASTER_SSL = 1, MASTER_SSL_VERIFY_SERVER_CERT = 0`,
  );
  await standby.query('START SLAVE');
}

async function caughtUp(writer: ServerProcess, standby: ServerProcess): Promise<void> {
  // Something to wait for: nothing may have been written yet.
  await writer.query(mark);
  const [row] = await writer.query('SELECT @@GLOBAL.gtid_binlog_pos AS position');
  const wait = `SELECT MASTER_GTID_WAIT(${literal(row?.position ?? '')}, 1) AS outcome`;
  while ((await standby.query(wait))[0]?.outcome !== '0') {
    const failure = await trouble(standby);
    if (failure !== '') throw new Error(`the standby does not follow: ${failure}`);
  }
}

/** A standby that ends meanwhile is waited for no longer. */
async function marker(writer: ServerProcess, standby: ServerProcess): Promise<void> {
  const marked = writer.query(mark);
  const outcome = await Promise.race([marked.then(() => 'marked'), standby.exited.then(() => 'ended')]);
  if (outcome === 'marked') return;
  marked.catch(() => undefined);
  await writer.query('SET GLOBAL rpl_semi_sync_master_enabled = 0');
  throw new Error('the standby ended before it followed');
}

/** "Access denied", and that the writer no longer has what the standby wants next. */
const refusals = new Set(['1045', '1236']);

/** What the standby has against what it was sent; empty while it has nothing. A writer that is not there yet is no failure. */
async function trouble(standby: ServerProcess): Promise<string> {
  const { Last_IO_Errno, Last_IO_Error, Last_SQL_Errno, Last_SQL_Error } = await received(standby);
  if (Last_SQL_Errno !== '0' && Last_SQL_Errno !== undefined) return String(Last_SQL_Error);
  return refusals.has(Last_IO_Errno ?? '') ? String(Last_IO_Error) : '';
}

async function received(standby: ServerProcess): Promise<Row> {
  const [row] = await standby.query('SHOW SLAVE STATUS');
  return row ?? {};
}
