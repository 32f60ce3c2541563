import { useState } from 'react';

interface Index {
  IndexName: string;
  KeySchema: { AttributeName: string; KeyType: string }[];
}

/** What DescribeTable says that a question needs. */
export interface TableAbout {
  TableName: string;
  KeySchema: Index['KeySchema'];
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
  GlobalSecondaryIndexes?: Index[];
  LocalSecondaryIndexes?: Index[];
}

export interface Find {
  index: string;
  partition: string;
  /** Of the partition key; empty: everything. */
  value: string;
  comparison: Comparison;
  sort: string;
  sortEnd: string;
  descending: boolean;
}

/** "Key condition expressions for the Query operation": what a sort key can be compared by. */
const comparisons = {
  any: 'any',
  '=': 'is',
  begins_with: 'begins with',
  '<': 'is less than',
  '<=': 'is at most',
  '>': 'is more than',
  '>=': 'is at least',
  BETWEEN: 'is between',
} as const;
type Comparison = keyof typeof comparisons;

export const everything: Find = {
  index: '',
  partition: '',
  value: '',
  comparison: 'any',
  sort: '',
  sortEnd: '',
  descending: false,
};

/** A Query by its keys, or a Scan when no partition key is given. */
export function QueryForm({ about, onFind }: { about: TableAbout; onFind: (find: Find) => void }) {
  const [index, setIndex] = useState('');
  const [comparison, setComparison] = useState<Comparison>('any');
  const { partition, sort } = keysOf(about, index);
  const indexes = [...(about.GlobalSecondaryIndexes ?? []), ...(about.LocalSecondaryIndexes ?? [])];
  return (
    <form
      className="query"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const text = (name: string): string => String(form.get(name) ?? '');
        onFind({
          index,
          partition,
          value: text('partition'),
          comparison: sort === undefined ? 'any' : comparison,
          sort: text('sort'),
          sortEnd: text('sortEnd'),
          descending: form.get('descending') !== null,
        });
      }}
    >
      {indexes.length > 0 && (
        <label>
          <span>Look in</span>
          <select value={index} onChange={(event) => setIndex(event.target.value)}>
            <option value="">the table</option>
            {indexes.map(({ IndexName }) => (
              <option key={IndexName}>{IndexName}</option>
            ))}
          </select>
        </label>
      )}
      <label>
        <span>{partition} is</span>
        <input type="search" name="partition" placeholder="anything" aria-label={`Items whose ${partition} is`} />
      </label>
      {sort !== undefined && (
        <>
          <label>
            <span>{sort}</span>
            <select value={comparison} onChange={(event) => setComparison(event.target.value as Comparison)}>
              {Object.entries(comparisons).map(([value, name]) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          {comparison !== 'any' && <input type="text" name="sort" aria-label={`${sort} ${comparisons[comparison]}`} />}
          {comparison === 'BETWEEN' && <input type="text" name="sortEnd" aria-label="and" />}
          <label className="check">
            <input type="checkbox" name="descending" /> last first
          </label>
        </>
      )}
      <button type="submit">Find</button>
    </form>
  );
}

function keysOf(about: TableAbout, index: string): { partition: string; sort: string | undefined } {
  const indexes = [...(about.GlobalSecondaryIndexes ?? []), ...(about.LocalSecondaryIndexes ?? [])];
  const schema = indexes.find(({ IndexName }) => IndexName === index)?.KeySchema ?? about.KeySchema;
  const named = (type: string) => schema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  return { partition: named('HASH') ?? '', sort: named('RANGE') };
}

export function questionOf(about: TableAbout, find: Find): { operation: 'Query' | 'Scan'; input: object } {
  const IndexName = find.index === '' ? {} : { IndexName: find.index };
  if (find.value === '') return { operation: 'Scan', input: { TableName: about.TableName, ...IndexName } };
  const { partition, sort } = keysOf(about, find.index);
  const typed = (name: string, value: string): Record<string, unknown> => {
    const type = about.AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType ?? 'S';
    return { [type]: value };
  };
  const names: Record<string, string> = { '#key': partition };
  const values: Record<string, unknown> = { ':key': typed(partition, find.value) };
  let condition = '#key = :key';
  if (sort !== undefined && find.comparison !== 'any') {
    names['#sort'] = sort;
    values[':sort'] = typed(sort, find.sort);
    if (find.comparison === 'BETWEEN') values[':end'] = typed(sort, find.sortEnd);
    condition += ` AND ${comparedBy(find.comparison)}`;
  }
  return {
    operation: 'Query',
    input: {
      TableName: about.TableName,
      ...IndexName,
      KeyConditionExpression: condition,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
      ScanIndexForward: !find.descending,
    },
  };
}

function comparedBy(comparison: Comparison): string {
  if (comparison === 'begins_with') return 'begins_with(#sort, :sort)';
  if (comparison === 'BETWEEN') return '#sort BETWEEN :sort AND :end';
  return `#sort ${comparison} :sort`;
}
