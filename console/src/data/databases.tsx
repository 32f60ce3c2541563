import { useState } from 'react';
import type { DatabaseServer, TableContents } from '../../../runtime/control-plane/console/data/database-view.ts';
import type { Table } from '../../../runtime/control-plane/console/data/table-catalogue.ts';
import { get, useLoaded } from '../api.ts';
import { Problem } from '../empty.tsx';
import { Link } from '../link.tsx';
import type { DataScope } from '../pages/data.tsx';
import { go, hrefOf } from '../router.ts';
import { Cell, DataTable } from './data-table.tsx';
import { choiceOf, type Names } from './names.ts';
import { Picker } from './picker.tsx';
import { TitleOf } from './title.tsx';

/** Databases of RDS: their tables and the first rows, read and never written. */
export function Databases({ rest, regions, names }: DataScope) {
  const servers = useLoaded('databases', async () => {
    const found = await Promise.all(
      regions.map((region) => get<{ servers: DatabaseServer[] }>(`databases?region=${region}`)),
    );
    return found.flatMap(({ servers }) => servers);
  });
  const server = servers.value?.find(({ name }) => name === rest[0]) ?? servers.value?.[0];
  return (
    <Picker
      kind="databases"
      label="Databases"
      none="There is no database."
      error={servers.error}
      chosen={server?.name}
      choices={servers.value?.map(({ name, region }) => choiceOf(names, { id: name, name, region }))}
    >
      {server && <ServerView key={server.id} server={server} rest={rest} names={names} />}
    </Picker>
  );
}

interface Tables {
  databases: string[];
  database: string;
  tables: Table[];
}

function ServerView({ server, rest, names }: { server: DatabaseServer; rest: string[]; names: Names }) {
  const { id, name, region, engine, status, user, viewless } = server;
  const [, database = '', schema = '', table = ''] = rest;
  const about = useLoaded(`tables ${id} ${database}`, () =>
    get<Tables>(`database-tables?${new URLSearchParams({ id, region, database })}`),
  );
  return (
    <section className="card" aria-label="Database">
      <TitleOf names={names} id={name} name={name} />
      <p className="dim small">
        {engine}, {status}. Read as {user}; nothing can be written here.{viewless && ' Views are not shown.'}
      </p>
      {about.error && <p role="alert">{about.error.message}</p>}
      {about.value && (
        <>
          <div className="filters">
            <label>
              Database{' '}
              <select
                value={about.value.database}
                onChange={(event) => go(hrefOf('data', ['databases', name, event.target.value]))}
              >
                {about.value.databases.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            </label>
            <button type="button" onClick={about.again}>
              Look again
            </button>
          </div>
          <TableList {...about.value} server={name} chosen={[schema, table]} />
        </>
      )}
      {table !== '' && about.value && (
        <Contents
          key={`${about.value.database} ${schema} ${table}`}
          at={{ id, region, database: about.value.database, schema, table }}
        />
      )}
    </section>
  );
}

function TableList({ server, database, tables, chosen }: Tables & { server: string; chosen: string[] }) {
  if (tables.length === 0) return <p className="dim">There is no table in {database || 'it'}.</p>;
  return (
    <nav className="tables" aria-label="Tables">
      <ul>
        {tables.map(({ schema, name, kind, rows }) => (
          <li key={`${schema}.${name}`}>
            <Link
              href={hrefOf('data', ['databases', server, database, schema, name])}
              aria-current={schema === chosen[0] && name === chosen[1] ? 'true' : undefined}
            >
              {schema === 'public' || schema === database ? name : `${schema}.${name}`}
              <span className="dim small">
                {kind === 'view' ? 'view' : rows === undefined ? '' : `≈ ${rows.toLocaleString('en')}`}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface At extends Record<string, string> {
  schema: string;
  table: string;
}

function Contents({ at }: { at: At }) {
  const [sort, setSort] = useState({ by: '', down: false });
  const query = new URLSearchParams({ ...at, sort: sort.by, direction: sort.down ? 'down' : 'up' });
  const contents = useLoaded(`rows ${query}`, () => get<TableContents>(`database-rows?${query}`));
  const [last, setLast] = useState<TableContents | undefined>(undefined);
  if (contents.value && contents.value !== last) setLast(contents.value);
  const shown = contents.value ?? last;
  if (contents.error) return <Problem error={contents.error} />;
  if (!shown) return <p className="dim">Reading …</p>;
  const { columns, rows, more } = shown;
  return (
    <>
      <p className="dim small" role="status">
        {rows.length === 0
          ? 'It has no rows.'
          : `${more ? `The first ${rows.length} rows` : `All ${rows.length} rows`} of ${at.schema}.${at.table}${sort.by ? `, by ${sort.by}` : ''}.`}
      </p>
      <DataTable
        label={`Rows of ${at.table}`}
        columns={columns.map(({ name, type, key }) => ({ name, note: key ? `${type}, key` : type, key }))}
        rows={rows.map((cells, index) => ({
          key: String(index),
          cells: cells.map((cell, column) => <Cell key={columns[column]?.name} value={cell} />),
        }))}
        sorting={{ ...sort, sortBy: (by) => setSort({ by, down: sort.by === by && !sort.down }) }}
      />
    </>
  );
}
