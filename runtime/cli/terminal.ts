import { styleText } from 'node:util';

/** Where a command writes: results to standard output, progress to standard error, colour only on a terminal. */
export interface Terminal {
  line(text?: string): void;
  json(value: unknown): void;
  /** Progress and remarks: never mixed into what a script reads. */
  note(text: string): void;
  style(format: Parameters<typeof styleText>[0], text: string): string;
}

export function terminal(): Terminal {
  process.stdout.once('error', endWithReader);
  return {
    line: (text = '') => void process.stdout.write(`${text}\n`),
    json: (value) => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    style: (format, text) => styleText(format, text, { stream: process.stdout, validateStream: true }),
  };
}

/** `orrery logs -f | head`: who read has gone, so there is nobody to write for. A cloud in the foreground ends as by Ctrl-C. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(0);
}

/** A line of a process in the background, for who has started it and waits. */
export type Relayed = { line: string } | { note: string };

/** Writes into the log, and tells the waiting starter the same until the cloud is ready. */
export function relayed(out: Terminal): Terminal {
  const tell = (message: Relayed): void => void (process.connected && process.send?.(message));
  return {
    ...out,
    line(text = '') {
      out.line(text);
      tell({ line: text });
    },
    note(text) {
      out.note(text);
      tell({ note: text });
    },
  };
}

/** Columns as wide as their widest cell. */
export function table(rows: string[][]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
