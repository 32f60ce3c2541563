import { PersonError } from '../../kernel/errors.ts';
import type { Command } from '../command.ts';
import { dataFolder, requireRuntime } from '../data-folder.ts';
import type { LogLine } from '../follow-logs.ts';
import { askLines } from '../runtime-client.ts';

export const logs: Command = {
  name: 'logs',
  summary: 'log lines of all services and functions',
  positionals: '[PART OF A LOG GROUP NAME]',
  options: { follow: { type: 'boolean', short: 'f', about: 'stay and show lines as they come' } },
  details: 'With --json every line is an object: {time, group, stream, message}.',
  async run(line, out) {
    const query = new URLSearchParams({ group: line.positionals[0] ?? '', follow: String(line.flag('follow')) });
    const lines = askLines<LogLine & { error?: { code: string; message: string; next: string } }>(
      requireRuntime(dataFolder(line)),
      'GET',
      `logs?${query}`,
    );
    for await (const one of lines) {
      if (one.error) throw new PersonError(one.error.code, one.error.message, one.error.next);
      if (line.flag('json')) out.line(JSON.stringify(one));
      else
        out.line(
          `${out.style('dim', one.time.slice(11, 23))} ${out.style('cyan', one.group.split('/').pop() ?? '')} ${one.message}`,
        );
    }
  },
};
