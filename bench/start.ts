import { performance } from 'node:perf_hooks';
import { memoryMb } from './processes.ts';
import { startOurs } from './server.ts';
import type { Line } from './table.ts';
import { jsonCall } from './wire.ts';

const QUIET_MS = 2000;

/** From starting the process to its first answer, and what it keeps in memory when it then has nothing to do. */
export async function measureStart(): Promise<Line[]> {
  const started = performance.now();
  const server = await startOurs();
  try {
    const { method, path, headers, body } = jsonCall('sqs', 'AmazonSQS.ListQueues', {});
    const answer = await fetch(`${server.url}${path}`, { method, headers, body: String(body) });
    await answer.text();
    const tookMs = performance.now() - started;
    const cpuMs = server.cpuMs();
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    return [
      { name: 'start to first answer', budget: '≤ 400 ms', text: `${cpuMs} ms CPU, ${tookMs.toFixed(0)} ms` },
      { name: 'idle memory', budget: '≤ 120 MB', text: `${memoryMb(server.pid).toFixed(0)} MB` },
    ];
  } finally {
    await server.stop();
  }
}
