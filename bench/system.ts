import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { namespacesLacking } from '../runtime/engines/network/namespace/namespace-fabric.ts';
import { descendants } from './processes.ts';
import { startOurs } from './server.ts';
import type { Line } from './table.ts';
import { queryCall } from './wire.ts';

const QUIET_MS = 5000;
const GIVE_UP_MS = 600_000;
const order = {
  customer: { name: 'Ada Fisher', email: 'ada@example.com', phone: '01728 555010' },
  items: [{ sku: 'oysters', quantity: 1 }],
};

/** The largest system whole: from starting `orrery up web-classic` to the first order, and the memory of all that then runs. */
export async function measureSystem(): Promise<Line[]> {
  const name = 'web-classic up to its first order';
  const lacking = namespacesLacking();
  if (lacking) return [{ name, failure: lacking }];
  const started = performance.now();
  const server = await startOurs({ target: 'web-classic' });
  try {
    await firstOrder(server.httpUrl, started + GIVE_UP_MS);
    const tookS = (performance.now() - started) / 1000;
    const cpuS = server.cpuMs() / 1000;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    const runtime = proportionalMb([server.pid]);
    const all = proportionalMb(descendants(server.pid));
    const resources = await resourcesAt(server.url);
    return [
      { name, text: `${tookS.toFixed(0)} s, ${cpuS.toFixed(0)} s CPU, ${resources} resources` },
      { name: 'web-classic in memory', text: `${all.toFixed(0)} MB, ${runtime.toFixed(0)} of them the runtime` },
    ];
  } finally {
    await server.stop();
  }
}

async function firstOrder(httpUrl: string, giveUp: number): Promise<void> {
  const host = `www.slackwater.example.localhost:${new URL(httpUrl).port}`;
  const headers = {
    host,
    'content-type': 'application/json',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0',
  };
  const { request } = await import('undici');
  for (;;) {
    const answer = await request(`${httpUrl}/api/orders`, { method: 'POST', headers, body: JSON.stringify(order) });
    await answer.body.dump();
    if (answer.statusCode === 202) return;
    if (performance.now() > giveUp) throw new Error(`still ${answer.statusCode} after ten minutes`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function resourcesAt(url: string): Promise<number> {
  let count = 0;
  let NextToken: string | undefined;
  do {
    const input = { StackName: 'web-classic', ...(NextToken ? { NextToken } : {}) };
    const { method, path, headers, body } = queryCall('cloudformation', '2010-05-15', 'ListStackResources', input);
    const answer = await (await fetch(`${url}${path}`, { method, headers, body: String(body) })).text();
    count += answer.split('<LogicalResourceId>').length - 1;
    NextToken = /<NextToken>([^<]+)</.exec(answer)?.[1];
  } while (NextToken);
  return count;
}

/** What is shared counts by its share (Pss of proc(5)), so that the sum is what the machine has less. */
function proportionalMb(pids: number[]): number {
  const kilobytes = pids.map((pid) => {
    try {
      return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
}
