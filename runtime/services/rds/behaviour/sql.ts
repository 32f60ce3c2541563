import type { DatabaseGroup } from '../../../engines/databases/database-group.ts';
import type { EngineName, Row } from '../../../engines/databases/engine.ts';
import type { Ids } from '../../../kernel/ids.ts';
import type { Owner } from '../state.ts';
import { mysqlSql } from './mysql-sql.ts';
import { postgresSql } from './postgres-sql.ts';

/** What RDS says to databases of one kind. */
export interface EngineSql {
  /** A password as the server itself keeps it, so that nobody has to keep the password. */
  verifier(ids: Ids, password: string): string;
  /** Makes the master, and the database that was asked for, where they are not there yet. */
  begin(group: DatabaseGroup, owner: Owner, verifier: string): Promise<void>;
  setPassword(group: DatabaseGroup, username: string, verifier: string): Promise<void>;
  /** Whether a user signs in by a token; `password` is the one that MariaDB's such users have. */
  byToken(group: DatabaseGroup, about: { member: string; user: string; password: string }): Promise<boolean>;
  /** Counters and gauges of a member, by the names that metrics.ts reads. */
  sample(group: DatabaseGroup, member: string): Promise<Row>;
  /** How far a reader is behind its writer. */
  lagMs(group: DatabaseGroup, member: string): Promise<number>;
  /** "ReplicaLag" of a read replica: -1 while it does not follow, 0 when it has replayed all that it received. */
  replicaLagSeconds(group: DatabaseGroup): Promise<number>;
  /** Pages read from storage, and bytes of log written: what Aurora charges for. */
  storageReads(group: DatabaseGroup, member: string): Promise<number>;
  loggedBytes(group: DatabaseGroup): Promise<number>;
  /** Below a server's folder, where the folders of its databases are. */
  databasesIn: string;
}

const kinds: Readonly<Record<EngineName, EngineSql>> = { postgres: postgresSql, mariadb: mysqlSql };

export const sqlOf = (runs: EngineName): EngineSql => kinds[runs];
