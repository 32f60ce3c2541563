import type { Command } from '../command.ts';
import { dataFolder, requireRuntime } from '../data-folder.ts';
import { ask } from '../runtime-client.ts';
import { table } from '../terminal.ts';

type Resources = Record<string, { logicalId: string; type: string; physicalId?: string; status: string }[]>;

export const resources: Command = {
  name: 'resources',
  summary: "every stack's resources and their state",
  async run(line, out) {
    const all = await ask<Resources>(requireRuntime(dataFolder(line)), 'GET', 'resources');
    if (line.flag('json')) return out.json(all);
    for (const [stack, list] of Object.entries(all)) {
      out.line(out.style('bold', stack));
      for (const text of table(list.map((one) => [`  ${one.status}`, one.type, one.logicalId, one.physicalId ?? ''])))
        out.line(text);
    }
  },
};
