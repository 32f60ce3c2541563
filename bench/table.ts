import type { Measure } from './load.ts';

export interface Line {
  name: string;
  budget?: string | undefined;
  ours?: Measure;
  /** Others that did the same. */
  peers?: { name: string; measure?: Measure; failure?: string }[];
  /** Instead of numbers, where something did not work. */
  failure?: string;
  /** Instead of numbers, where the measure is another. */
  text?: string;
}

/** CPU per call is the figure that a busy machine distorts least; the ratio is the peer's over ours. */
export function printTable(lines: Line[]): void {
  const rows = [['operation', 'server', 'calls/s', 'p50 ms', 'p99 ms', 'CPU µs', 'budget', 'CPU ratio']];
  for (const line of lines) {
    const { ours, peers = [], name, budget = '' } = line;
    if (ours) rows.push([name, 'orrery', ...figures(ours), budget, '']);
    else rows.push([name, line.failure ? `FAILED ${line.failure}` : (line.text ?? ''), '', '', '', '', budget, '']);
    for (const peer of peers) {
      if (!peer.measure) rows.push(['', `FAILED ${peer.name} ${peer.failure}`, '', '', '', '', '', '']);
      else {
        const ratio = ours ? `${(peer.measure.cpuUs / ours.cpuUs).toFixed(1)}×` : '';
        rows.push(['', peer.name, ...figures(peer.measure), '', ratio]);
      }
    }
  }
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.min(34, Math.max(...rows.map((row) => row[column]?.length ?? 0))),
  );
  for (const row of rows) {
    process.stdout.write(
      `${row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}\n`,
    );
  }
}

function figures({ perSecond, p50Ms, p99Ms, cpuUs }: Measure): string[] {
  return [perSecond.toFixed(0), p50Ms.toFixed(2), p99Ms.toFixed(2), cpuUs.toFixed(0)];
}
