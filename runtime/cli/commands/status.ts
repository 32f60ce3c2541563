import type { Command } from '../command.ts';
import { dataFolder, runningRuntime } from '../data-folder.ts';
import { formatDuration } from '../durations.ts';
import { ask } from '../runtime-client.ts';
import { table } from '../terminal.ts';

interface Status {
  pid: number;
  apiPort: number;
  httpPort: number;
  httpsPort: number;
  dnsPort: number;
  smtpPort: number;
  dataDir: string;
  time: string;
  aheadMs: number;
  memoryBytes: number;
  stacks: { name: string; status: string; reason?: string }[];
  next: { time: string; name: string }[];
}

export const status: Command = {
  name: 'status',
  summary: 'whether a cloud is running, its ports, time and stacks',
  async run(line, out) {
    const dataDir = dataFolder(line);
    const running = runningRuntime(dataDir);
    if (!running) {
      if (line.flag('json')) out.json({ running: false, dataDir });
      else out.line(`Nothing is running on ${dataDir}. Start it with \`orrery up\`.`);
      return 1;
    }
    const now = await ask<Status>(running, 'GET', 'status');
    if (line.flag('json')) {
      out.json({ running: true, ...now });
      return 0;
    }
    const ahead = now.aheadMs > 1000 ? ` (${formatDuration(now.aheadMs)} ahead of the machine)` : '';
    const rows = [
      ['process', String(now.pid)],
      ['API', `http://127.0.0.1:${now.apiPort}`],
      ['traffic', `http://127.0.0.1:${now.httpPort}`],
      ['over TLS', `https://127.0.0.1:${now.httpsPort}`],
      ['DNS', `dig @127.0.0.1 -p ${now.dnsPort} NAME`],
      ['SMTP', `127.0.0.1:${now.smtpPort}`],
      ['data', now.dataDir],
      ['cloud time', `${now.time}${ahead}`],
      ['memory', `${Math.round(now.memoryBytes / 1e6)} MB`],
      ...now.stacks.map((stack) => ['stack', `${stack.name}  ${stack.status}`]),
      ...now.next.map((event) => ['next', `${event.time}  ${event.name}`]),
    ];
    for (const text of table(rows)) out.line(text);
    return 0;
  },
};
