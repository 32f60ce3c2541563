import { useState } from 'react';
import { call, useLoaded } from '../api.ts';
import { Problem } from '../empty.tsx';
import type { DataScope } from '../pages/data.tsx';
import { Structure } from '../structure.tsx';
import { type Attribute, unwrapped } from './attributes.ts';
import { Cell, DataTable } from './data-table.tsx';
import { choiceOf, type Names } from './names.ts';
import { Picker } from './picker.tsx';
import { everything, type Find, QueryForm, questionOf, type TableAbout } from './query-form.tsx';
import { TitleOf } from './title.tsx';

type Item = Record<string, Attribute>;

const pageSize = 50;
/** Kept by the page while somebody reads on. */
const mostItems = 500;
const mostColumns = 8;

/** Tables, their first items, or what a query finds. */
export function Tables({ rest, regions, names }: DataScope) {
  const tables = useLoaded('tables', async () => {
    const found = await Promise.all(
      regions.map(async (region) => {
        const { TableNames = [] } = await call<{ TableNames?: string[] }>('dynamodb', 'ListTables', {}, region);
        return TableNames.map((name) => ({ id: name, name, region }));
      }),
    );
    return found.flat();
  });
  const table = tables.value?.find(({ name }) => name === rest[0]) ?? tables.value?.[0];
  return (
    <Picker
      kind="tables"
      label="Tables"
      none="There is no table."
      error={tables.error}
      chosen={table?.name}
      choices={tables.value?.map((one) => choiceOf(names, one))}
    >
      {table && <TableView key={table.name} {...table} names={names} />}
    </Picker>
  );
}

function TableView({ name, region, names }: { name: string; region: string; names: Names }) {
  const [find, setFind] = useState<Find>(everything);
  const about = useLoaded(`table ${name}`, async () => {
    const { Table } = await call<{ Table: TableAbout }>('dynamodb', 'DescribeTable', { TableName: name }, region);
    return Table;
  });
  return (
    <section className="card" aria-label="Table">
      <TitleOf names={names} id={name} name={name} />
      {about.error && <Problem error={about.error} />}
      {about.value && (
        <>
          <QueryForm about={about.value} onFind={setFind} />
          <Found key={JSON.stringify(find)} about={about.value} find={find} region={region} />
        </>
      )}
    </section>
  );
}

function Found({ about, find, region }: { about: TableAbout; find: Find; region: string }) {
  const [begun, setBegun] = useState<{ items: Item[]; next: Item | undefined }[]>([]);
  const read = async (from: Item | undefined): Promise<{ items: Item[]; next: Item | undefined }> => {
    const { operation, input } = questionOf(about, find);
    const { Items = [], LastEvaluatedKey } = await call<{ Items?: Item[]; LastEvaluatedKey?: Item }>(
      'dynamodb',
      operation,
      { ...input, Limit: pageSize, ...(from ? { ExclusiveStartKey: from } : {}) },
      region,
    );
    return { items: Items, next: LastEvaluatedKey };
  };
  const [problem, setProblem] = useState('');
  const first = useLoaded(`items ${about.TableName} ${JSON.stringify(find)}`, () => read(undefined));
  if (first.error) return <p role="alert">{first.error.message}</p>;
  if (!first.value) return <p className="dim">Reading …</p>;
  const pages = [first.value, ...begun];
  const items = pages.flatMap((page) => page.items);
  const next = pages.at(-1)?.next;
  const more = async (): Promise<void> => {
    try {
      const page = await read(next);
      setBegun((now) => [...now, page]);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <>
      <p className="dim small" role="status">
        {`${next ? 'The first ' : ''}${items.length} items${find.value === '' ? '' : ` with ${find.partition} ${find.value}`}.`}
      </p>
      {items.length > 0 && <Items about={about} items={items} />}
      {next && items.length < mostItems && (
        <button type="button" className="more" onClick={() => void more()}>
          Read on
        </button>
      )}
      {next && items.length >= mostItems && <p className="dim small">No more are shown: narrow the question down.</p>}
      {problem && <p role="alert">{problem}</p>}
    </>
  );
}

/** Keys first, then what most items have; all of an item where there is more. */
function Items({ about, items }: { about: TableAbout; items: Item[] }) {
  const keys = about.KeySchema.map(({ AttributeName }) => AttributeName);
  const counts = new Map<string, number>();
  for (const item of items) for (const name of Object.keys(item)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const others = [...counts.keys()]
    .filter((name) => !keys.includes(name))
    .sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
    .slice(0, mostColumns - keys.length);
  const columns = [...keys, ...others];
  return (
    <DataTable
      label="Items"
      columns={[
        ...columns.map((name) => ({ name, ...(keys.includes(name) ? { key: true, note: 'key' } : {}) })),
        { name: 'whole item' },
      ]}
      rows={items.map((item) => {
        const plain = Object.fromEntries(Object.entries(item).map(([key, value]) => [key, unwrapped(value)]));
        return {
          key: JSON.stringify(keys.map((name) => item[name])),
          cells: [
            ...columns.map((name) => <Cell key={name} value={plain[name]} />),
            <details key="whole item" className="cell-more">
              <summary>{Object.keys(item).length} attributes</summary>
              <Structure value={plain} />
            </details>,
          ],
        };
      })}
    />
  );
}
