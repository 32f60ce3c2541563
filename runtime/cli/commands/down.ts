import { existsSync } from 'node:fs';
import type { Command } from '../command.ts';
import { dataFolder, removeRuntimeFile, runningRuntime } from '../data-folder.ts';
import { ask } from '../runtime-client.ts';

/** Longest the runtime may take to end before it is killed; its data is safe either way. */
const graceMs = 10_000;

export const down: Command = {
  name: 'down',
  summary: 'end the running cloud; its data is kept',
  async run(line, out) {
    const dataDir = dataFolder(line);
    const running = runningRuntime(dataDir);
    if (!running) {
      if (line.flag('json')) out.json({ running: false, ended: false });
      else out.line(`Nothing is running on ${dataDir}.`);
      return 0;
    }
    await ask(running, 'POST', 'down').catch(() => process.kill(running.pid, 'SIGTERM'));
    if (!(await gone(running.pid, graceMs))) {
      process.kill(running.pid, 'SIGKILL');
      await gone(running.pid, graceMs);
    }
    if (existsSync(dataDir)) removeRuntimeFile(dataDir);
    if (line.flag('json')) out.json({ running: false, ended: true, pid: running.pid });
    else out.line('The cloud has ended; `orrery up` goes on where it was.');
    return 0;
  },
};

/** Whether the process has ended within the time. The command line has no cloud clock: this waits in real time. */
async function gone(pid: number, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}
