/** Databases of RDS as the Data page shows them: which there are, their tables, the first rows of one. Nothing is written. */
import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { databases } from '../../../engines/databases/databases.ts';
import { superuser } from '../../../engines/databases/engine.ts';
import { MariadbError } from '../../../engines/databases/mariadb/session.ts';
import { DatabaseError } from '../../../engines/databases/postgres/session.ts';
import { PersonError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { readingSession } from './reading-session.ts';
import { mariadbCatalogue, postgresCatalogue, type Reading } from './table-catalogue.ts';

export interface DatabaseServer {
  /** Of the engine's group of databases: RDS's resource id. */
  id: string;
  /** The cluster's or the instance's name. */
  name: string;
  engine: string;
  status: string;
  region: string;
  /** In whose name it is read. */
  user: string;
  /** Whether views are left out, because reading one runs what it is made of as the superuser. */
  viewless: boolean;
  /** The one that was made with it. */
  database: string | undefined;
}

export interface TableContents {
  columns: { name: string; type: string; key: boolean }[];
  /** Values as the database writes them, cut where they are long. */
  rows: (string | null)[][];
  more: boolean;
}

const shownRows = 100;

export async function databaseList(ctx: Context): Promise<{ servers: DatabaseServer[] }> {
  const { DBClusters = [] } = await ctx.call<{ DBClusters?: DBCluster[] }>('rds', 'DescribeDBClusters', {});
  const { DBInstances = [] } = await ctx.call<{ DBInstances?: DBInstance[] }>('rds', 'DescribeDBInstances', {});
  const clusters = DBClusters.map((one) => ({
    id: one.DbClusterResourceId ?? '',
    name: one.DBClusterIdentifier ?? '',
    engine: `${one.Engine} ${one.EngineVersion}`,
    status: one.Status ?? '',
    region: ctx.region,
    ...readBy(one),
    database: one.DatabaseName,
  }));
  const alone = DBInstances.filter(({ DBClusterIdentifier }) => DBClusterIdentifier === undefined).map((one) => ({
    id: one.DbiResourceId ?? '',
    name: one.DBInstanceIdentifier ?? '',
    engine: `${one.Engine} ${one.EngineVersion}`,
    status: one.DBInstanceStatus ?? '',
    region: ctx.region,
    ...readBy(one),
    database: one.DBName,
  }));
  return { servers: [...clusters, ...alone] };
}

function readBy({ Engine = '', MasterUsername = '' }: DBCluster | DBInstance): { user: string; viewless: boolean } {
  const viewless = !Engine.includes('postgres');
  return { user: viewless ? superuser : MasterUsername, viewless };
}

/** The databases of a server, and the tables of one of them. */
export async function databaseTables(ctx: Context, query: URLSearchParams): Promise<object> {
  return reading(ctx, query, async (read) => ({
    databases: await read.databases(),
    database: read.database,
    tables: await read.tables(),
  }));
}

/** The first rows of a table, in the order of a column if one is named. */
export async function databaseRows(ctx: Context, query: URLSearchParams): Promise<TableContents> {
  const [schema, table] = [query.get('schema') ?? '', query.get('table') ?? ''];
  const [sort, down] = [query.get('sort') ?? '', query.get('direction') === 'down'];
  return reading(ctx, query, async (read) => {
    const columns = await read.columns(schema, table);
    if (columns.length === 0)
      throw new PersonError('no-such-table', `There is no table ${schema}.${table}.`, 'It may have been dropped.');
    const by = columns.some(({ name }) => name === sort) ? { name: sort, down } : undefined;
    const rows = await read.rows({ schema, table, columns, by, limit: shownRows + 1 });
    return { columns, rows: rows.slice(0, shownRows), more: rows.length > shownRows };
  });
}

async function reading<T>(ctx: Context, query: URLSearchParams, work: (read: Reading) => Promise<T>): Promise<T> {
  const { servers } = await databaseList(ctx);
  const server = servers.find(({ id }) => id === query.get('id'));
  const group = server && ctx.engine(databases).group(server.id);
  if (!server || !group)
    throw new PersonError('no-such-database', 'There is no such database.', 'It may have been deleted.');
  const postgres = group.engine === 'postgres';
  const wanted = query.get('database') || server.database || (postgres ? 'postgres' : undefined);
  try {
    const session = await readingSession(group, { database: postgres ? wanted : undefined, user: server.user });
    try {
      return await work(postgres ? postgresCatalogue(session, wanted ?? '') : mariadbCatalogue(session, wanted ?? ''));
    } finally {
      session.close();
    }
  } catch (error) {
    if (error instanceof DatabaseError || error instanceof MariadbError)
      throw new PersonError('database-refused', `${server.name}: ${error.message}.`, `Asked as ${server.user}.`);
    throw error;
  }
}
