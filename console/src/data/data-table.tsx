import type { ReactNode } from 'react';

export interface DataColumn {
  name: string;
  /** Below the name: a type, "key". */
  note?: string;
  key?: boolean;
}

export interface Sorting {
  by: string;
  down: boolean;
  sortBy: (column: string) => void;
}

/** Rows as they are kept, in a box that scrolls by itself; what they hold is text. */
export function DataTable({
  label,
  columns,
  rows,
  sorting,
}: {
  label: string;
  columns: DataColumn[];
  rows: { key: string; cells: ReactNode[] }[];
  sorting?: Sorting;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="table-box" aria-label={label} tabIndex={0}>
      <table className="data-table">
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell key={column.name} column={column} {...(sorting ? { sorting } : {})} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, at) => (
                <td key={columns[at]?.name ?? at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function HeadCell({ column: { name, note, key }, sorting }: { column: DataColumn; sorting?: Sorting }) {
  const by = sorting?.by === name;
  const label = (
    <>
      {name}
      {note !== undefined && <small>{note}</small>}
    </>
  );
  if (!sorting)
    return (
      <th scope="col" className={key ? 'is-key' : undefined}>
        {label}
      </th>
    );
  return (
    <th
      scope="col"
      className={key ? 'is-key' : undefined}
      aria-sort={by ? (sorting.down ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" onClick={() => sorting.sortBy(name)}>
        <span>{label}</span>
        <span className="sort-mark" aria-hidden="true">
          {by ? (sorting.down ? '▼' : '▲') : ''}
        </span>
      </button>
    </th>
  );
}

/** A value in a cell: short, with the whole of it on asking. */
export function Cell({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span className="dim null">{value === null ? 'NULL' : ''}</span>;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (text.length <= longest) return <span className={typeof value === 'number' ? 'value-number' : ''}>{text}</span>;
  return (
    <details className="cell-more">
      <summary>{text.slice(0, longest)} …</summary>
      {text}
    </details>
  );
}

const longest = 80;
