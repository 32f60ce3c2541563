import type { Session } from '../../../engines/databases/engine.ts';
import { identifier as quoted, literal as text } from '../../../engines/databases/mariadb/session.ts';
import { identifier, literal } from '../../../engines/databases/postgres/session.ts';

export interface Table {
  schema: string;
  name: string;
  kind: 'table' | 'view';
  /** As the database estimates it; undefined where it does not know. */
  rows: number | undefined;
}

export interface Column {
  name: string;
  type: string;
  /** Whether it is of the primary key. */
  key: boolean;
}

export interface RowsWanted {
  schema: string;
  table: string;
  columns: Column[];
  by: { name: string; down: boolean } | undefined;
  limit: number;
}

/** The questions that the Data page asks of a database; the only SQL there is. Names are looked up before they are used. */
export interface Reading {
  database: string;
  databases(): Promise<string[]>;
  tables(): Promise<Table[]>;
  columns(schema: string, table: string): Promise<Column[]>;
  rows(wanted: RowsWanted): Promise<(string | null)[][]>;
}

const mostTables = 500;
/** Of one value; one more tells that it is longer. */
const mostCharacters = 500;
const binary = /blob|binary|^bit|geometry|point|polygon|linestring/i;

export function postgresCatalogue(session: Session, database: string): Reading {
  return {
    database,
    databases: async () =>
      (
        await session.query(
          "SELECT datname AS name FROM pg_database WHERE datallowconn AND NOT datistemplate AND has_database_privilege(datname, 'CONNECT') ORDER BY 1",
        )
      ).map(({ name }) => name ?? ''),
    tables: async () =>
      (
        await session.query(
          `SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.reltuples::bigint AS rows
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
             ORDER BY n.nspname, c.relname LIMIT ${mostTables}`,
        )
      ).map(({ schema, name, kind, rows }) => ({
        schema: schema ?? '',
        name: name ?? '',
        kind: kind === 'v' ? 'view' : 'table',
        // "pg_class": -1 until it has been analysed.
        rows: kind === 'v' || Number(rows) < 0 ? undefined : Number(rows),
      })),
    columns: async (schema, table) =>
      (
        await session.query(
          `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
               EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS key
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = ${literal(schema)} AND c.relname = ${literal(table)} AND c.relkind IN ('r', 'p', 'v', 'm')
               AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
        )
      ).map(({ name, type, key }) => ({ name: name ?? '', type: type ?? '', key: key === 't' })),
    rows: async ({ schema, table, columns, by, limit }) => {
      const values = columns.map(
        ({ name }, at) => `left(t.${identifier(name)}::text, ${mostCharacters + 1}) AS c${at}`,
      );
      const order = by ? `ORDER BY t.${identifier(by.name)} ${by.down ? 'DESC' : 'ASC'} NULLS LAST` : '';
      return valuesOf(
        await session.query(
          `SELECT ${values.join(', ')} FROM ${identifier(schema)}.${identifier(table)} t ${order} LIMIT ${limit}`,
        ),
        columns.length,
      );
    },
  };
}

export function mariadbCatalogue(session: Session, database: string): Reading {
  const system = "('information_schema', 'mysql', 'performance_schema', 'sys')";
  return {
    database,
    databases: async () =>
      (
        await session.query(
          `SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name NOT IN ${system} ORDER BY 1`,
        )
      ).map(({ name }) => name ?? ''),
    tables: async () =>
      (
        await session.query(
          `SELECT table_schema AS s, table_name AS n, table_rows AS r FROM information_schema.tables
             WHERE table_type = 'BASE TABLE' AND table_schema = ${text(database)} ORDER BY table_name LIMIT ${mostTables}`,
        )
      ).map(({ s, n, r }) => ({
        schema: s ?? '',
        name: n ?? '',
        kind: 'table',
        rows: r === null || r === undefined ? undefined : Number(r),
      })),
    columns: async (schema, table) =>
      (
        await session.query(
          `SELECT c.column_name AS n, c.column_type AS t, c.column_key AS k FROM information_schema.columns c
             JOIN information_schema.tables b ON b.table_schema = c.table_schema AND b.table_name = c.table_name
             WHERE c.table_schema = ${text(schema)} AND c.table_name = ${text(table)} AND b.table_type = 'BASE TABLE'
               AND c.table_schema NOT IN ${system} ORDER BY c.ordinal_position`,
        )
      ).map(({ n, t, k }) => ({ name: n ?? '', type: t ?? '', key: k === 'PRI' })),
    rows: async ({ schema, table, columns, by, limit }) => {
      const values = columns.map(({ name, type }, at) => {
        const column = `t.${quoted(name)}`;
        return binary.test(type)
          ? `HEX(LEFT(${column}, ${mostCharacters / 2 + 1})) AS c${at}`
          : `LEFT(CAST(${column} AS CHAR), ${mostCharacters + 1}) AS c${at}`;
      });
      const order = by ? `ORDER BY t.${quoted(by.name)} ${by.down ? 'DESC' : 'ASC'}` : '';
      return valuesOf(
        await session.query(
          `SELECT ${values.join(', ')} FROM ${quoted(schema)}.${quoted(table)} t ${order} LIMIT ${limit}`,
        ),
        columns.length,
      );
    },
  };
}

function valuesOf(rows: Record<string, string | null>[], columns: number): (string | null)[][] {
  return rows.map((row) =>
    Array.from({ length: columns }, (_, at) => {
      const value = row[`c${at}`] ?? null;
      return value !== null && value.length > mostCharacters ? `${value.slice(0, mostCharacters)} …` : value;
    }),
  );
}
