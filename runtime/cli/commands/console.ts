import { spawn } from 'node:child_process';
import { consoleHost } from '../../control-plane/console/console-host.ts';
import type { Command } from '../command.ts';
import { dataFolder, requireRuntime } from '../data-folder.ts';

export const consolePage: Command = {
  name: 'console',
  summary: 'look at the running cloud in a browser: map, requests, deployments, logs',
  options: {
    'no-open': { type: 'boolean', about: 'say where it is without opening it' },
  },
  async run(line, out) {
    const { apiPort } = requireRuntime(dataFolder(line));
    const url = `http://${consoleHost}:${apiPort}/_orrery/`;
    if (line.flag('json')) return out.json({ url });
    out.line(url);
    // Where nobody sits at a screen (a pipe, a script), the address is the answer.
    if (!line.flag('no-open') && process.stdout.isTTY) openInBrowser(url);
  },
};

/** With the system's own way to open an address; where there is none, the address was said. */
function openInBrowser(url: string): void {
  const [program, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['explorer.exe', [url]]
        : ['xdg-open', [url]];
  const child = spawn(program as string, args as string[], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
