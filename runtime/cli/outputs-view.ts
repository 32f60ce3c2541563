import type { StackOutputs } from '../control-plane/stack-outputs.ts';
import { type Terminal, table } from './terminal.ts';

export async function printOutputs(outputs: StackOutputs, out: Terminal, json: boolean): Promise<void> {
  if (json) return out.json(outputs);
  for (const [stack, entries] of Object.entries(outputs)) {
    if (Object.keys(entries).length === 0) continue;
    out.line(out.style('bold', stack));
    const rows = Object.entries(entries).map(([key, { value, local }]) => [
      `  ${key}`,
      value,
      value === local || !(isUrl(value) || isAddress(local)) ? '' : `here: ${local}`,
    ]);
    for (const line of table(rows)) out.line(line);
  }
}

/** Of a database: the port is not that of the name. */
function isAddress(local: string): boolean {
  return /^127\.[0-9.]+:\d+$/.test(local);
}

function isUrl(value: string): boolean {
  return /^https?:\/\//.test(value);
}
