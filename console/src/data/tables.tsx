import { useState } from 'react';
import { call, useLoaded } from '../api.ts';
import { Problem } from '../empty.tsx';
import type { DataScope } from '../pages/data.tsx';
import { Structure } from '../structure.tsx';
import { type Attribute, unwrapped } from './attributes.ts';
import { Picker } from './picker.tsx';

interface Table {
  TableName: string;
  ItemCount?: number;
  KeySchema: { AttributeName: string; KeyType: string }[];
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
}

const shown = 50;

/** Tables, their first items, or those with a partition key. */
export function Tables({ rest, regions }: DataScope) {
  const tables = useLoaded('tables', async () => {
    const found = await Promise.all(
      regions.map(async (region) => {
        const { TableNames = [] } = await call<{ TableNames?: string[] }>('dynamodb', 'ListTables', {}, region);
        return TableNames.map((name) => ({ name, region }));
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
      choices={tables.value?.map(({ name, region }) => ({ id: name, name, more: region }))}
    >
      {table && <TableView key={table.name} name={table.name} region={table.region} />}
    </Picker>
  );
}

function TableView({ name, region }: { name: string; region: string }) {
  const [wanted, setWanted] = useState('');
  const about = useLoaded(`table ${name}`, async () => {
    const { Table } = await call<{ Table: Table }>('dynamodb', 'DescribeTable', { TableName: name }, region);
    return Table;
  });
  const partition = about.value?.KeySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';
  const type = about.value?.AttributeDefinitions.find(
    ({ AttributeName }) => AttributeName === partition,
  )?.AttributeType;
  const items = useLoaded(`items ${name} ${partition} ${wanted}`, async () => {
    if (!about.value) return [];
    const { Items = [] } = await call<{ Items?: Record<string, Attribute>[] }>(
      'dynamodb',
      wanted === '' ? 'Scan' : 'Query',
      {
        TableName: name,
        Limit: shown,
        ...(wanted === ''
          ? {}
          : {
              KeyConditionExpression: '#key = :value',
              ExpressionAttributeNames: { '#key': partition },
              ExpressionAttributeValues: { ':value': { [type ?? 'S']: wanted } },
            }),
      },
      region,
    );
    return Items;
  });
  if (about.error) return <Problem error={about.error} />;
  return (
    <section className="card">
      <header className="card-head">
        <h2>{name}</h2>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            setWanted(String(new FormData(event.currentTarget).get('key') ?? ''));
          }}
        >
          <input
            type="search"
            name="key"
            aria-label={`Items whose ${partition} is`}
            placeholder={`${partition} is …`}
          />{' '}
          <button type="submit">Find</button>
        </form>
      </header>
      {items.error && <p role="alert">{items.error.message}</p>}
      <p className="dim small">
        {wanted === ''
          ? `The first ${items.value?.length ?? 0} items.`
          : `${items.value?.length ?? 0} items with ${partition} ${wanted}.`}
      </p>
      <ul className="items">
        {(items.value ?? []).map((item) => (
          <li key={JSON.stringify(about.value?.KeySchema.map(({ AttributeName }) => item[AttributeName]))}>
            <Structure
              value={Object.fromEntries(Object.entries(item).map(([key, value]) => [key, unwrapped(value)]))}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
