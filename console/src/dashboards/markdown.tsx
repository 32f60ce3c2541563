import type { ReactNode } from 'react';

/**
 * The markdown of a text widget as elements of the page: headings, lists, tables, code, links that lead to the web. What it
 * does not know stays as it is written; HTML is text, since nothing is ever parsed as such.
 */
export function Markdown({ text }: { text: string }) {
  return <div className="markdown">{blocksOf(text.replaceAll('\r', '').split('\n'))}</div>;
}

function blocksOf(lines: string[]): ReactNode[] {
  const blocks: ReactNode[] = [];
  for (let at = 0; at < lines.length; ) {
    const { block, used } = blockAt(lines, at);
    if (block) blocks.push(<div key={at}>{block}</div>);
    at += used;
  }
  return blocks;
}

function blockAt(lines: string[], at: number): { block: ReactNode; used: number } {
  const line = lines[at] ?? '';
  if (line.trim() === '') return { block: undefined, used: 1 };
  const heading = /^(#{1,6})\s+(.*?)#*$/.exec(line);
  if (heading) return { block: titled(heading[1]?.length ?? 1, heading[2] ?? ''), used: 1 };
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return { block: <hr />, used: 1 };
  if (line.startsWith('```')) {
    const end = lines.findIndex((one, index) => index > at && one.startsWith('```'));
    const last = end === -1 ? lines.length : end;
    return { block: <pre>{lines.slice(at + 1, last).join('\n')}</pre>, used: last - at + 1 };
  }
  const list = runOf(lines, at, listItem);
  if (list.length > 0) return { block: listed(list), used: list.length };
  const rows = runOf(lines, at, /^\s*\|.*\|\s*$/);
  if (rows.length > 1) return { block: tabled(rows), used: rows.length };
  const paragraph = runOf(lines, at, /\S/).findIndex((one, index) => index > 0 && /^(#{1,6}\s|```|\s*\|)/.test(one));
  const whole = runOf(lines, at, /\S/);
  const taken = paragraph === -1 ? whole : whole.slice(0, paragraph);
  return { block: <p>{inline(taken.join(' '))}</p>, used: taken.length };
}

const listItem = /^\s*([-*+]|\d+[.)])\s+(.*)$/;

function runOf(lines: string[], at: number, pattern: RegExp): string[] {
  const end = lines.findIndex((line, index) => index >= at && !pattern.test(line));
  return lines.slice(at, end === -1 ? lines.length : end);
}

/** Below the page's own: how deep one is is seen, and read out only where the ones above it are there. */
function titled(depth: number, text: string): ReactNode {
  return <h2 className={`markdown-h${depth}`}>{inline(text)}</h2>;
}

function listed(lines: string[]): ReactNode {
  const items = lines.map((line, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name than its place
    <li key={at}>{inline(listItem.exec(line)?.[2] ?? '')}</li>
  ));
  return /^\s*\d/.test(lines[0] ?? '') ? <ol>{items}</ol> : <ul>{items}</ul>;
}

function tabled(lines: string[]): ReactNode {
  const cells = lines
    .filter((line) => !/^[\s|:-]+$/.test(line))
    .map((line) =>
      line
        .trim()
        .replace(/^\||\|$/g, '')
        .split('|')
        .map((cell) => cell.trim()),
    );
  const [head = [], ...rows] = cells;
  return (
    <table>
      <thead>
        <tr>
          {head.map((cell) => (
            <th key={cell} scope="col">
              {inline(cell)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.join('|')}>
            {row.map((cell, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a cell has no other name than its place
              <td key={at}>{inline(cell)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Code first: nothing is marked up inside of it. `[button:Text](address)` is CloudWatch's own. */
const marks = /`([^`]+)`|\[(?:button:(?:primary:)?)?([^\]]+)\]\(([^)\s]+)\)|\*\*(.+?)\*\*|__(.+?)__|\*([^*\s][^*]*)\*/;

function inline(text: string): ReactNode {
  const found = marks.exec(text);
  if (!found) return text;
  const [whole, code, label, address, bold, alsoBold, slanted] = found;
  return (
    <>
      {text.slice(0, found.index)}
      {marked({ code, label, address, bold: bold ?? alsoBold, slanted })}
      {inline(text.slice(found.index + whole.length))}
    </>
  );
}

function marked(of: Record<'code' | 'label' | 'address' | 'bold' | 'slanted', string | undefined>): ReactNode {
  if (of.code !== undefined) return <code>{of.code}</code>;
  if (of.bold !== undefined) return <strong>{inline(of.bold)}</strong>;
  if (of.slanted !== undefined) return <em>{inline(of.slanted)}</em>;
  // Another scheme could run something.
  if (!/^https?:\/\//i.test(of.address ?? '')) return of.label;
  return (
    <a href={of.address} rel="noreferrer noopener" target="_blank">
      {of.label}
    </a>
  );
}
