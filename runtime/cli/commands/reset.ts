import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PersonError } from '../../kernel/errors.ts';
import type { Command } from '../command.ts';
import { dataFolder, runningRuntime } from '../data-folder.ts';

export const reset: Command = {
  name: 'reset',
  summary: 'forget everything: the next `up` starts an empty cloud',
  options: { yes: { type: 'boolean', short: 'y', about: 'do it without asking' } },
  async run(line, out) {
    const dataDir = dataFolder(line);
    const running = runningRuntime(dataDir);
    if (running)
      throw new PersonError(
        'running',
        `A cloud is running on ${dataDir} (process ${running.pid}).`,
        'End it first: `orrery down`.',
      );
    if (!existsSync(join(dataDir, 'state.db'))) {
      if (line.flag('json')) out.json({ reset: false, dataDir });
      else out.line(`There is nothing to forget in ${dataDir}.`);
      return 0;
    }
    if (!line.flag('yes') && !line.flag('json')) {
      throw new PersonError(
        'confirm',
        `This deletes every stack, object, message and table in ${dataDir}.`,
        'Say so: `orrery reset --yes`.',
      );
    }
    for (const name of readdirSync(dataDir))
      if (name !== 'assemblies') rmSync(join(dataDir, name), { recursive: true, force: true });
    if (line.flag('json')) out.json({ reset: true, dataDir });
    else out.line(`${dataDir} is empty.`);
    return 0;
  },
};
