import type { StackOutputs } from '../../control-plane/stack-outputs.ts';
import type { Command } from '../command.ts';
import { dataFolder, requireRuntime } from '../data-folder.ts';
import { printOutputs } from '../outputs-view.ts';
import { ask } from '../runtime-client.ts';

export const outputs: Command = {
  name: 'outputs',
  summary: "the stacks' outputs, and where each answers on this machine",
  details: 'With --json: {"Stack": {"Key": {"value": "as AWS would say", "local": "where it answers here"}}}.',
  async run(line, out) {
    await printOutputs(
      await ask<StackOutputs>(requireRuntime(dataFolder(line)), 'GET', 'outputs'),
      out,
      line.flag('json'),
    );
  },
};
