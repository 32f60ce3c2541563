import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { type DeployTarget, deployAll } from '../../runtime/cli/deploy/deploy.ts';
import { prepare } from '../../runtime/cli/deploy/prepare.ts';
import { resolveTarget } from '../../runtime/cli/deploy/target.ts';
import { type StackOutputs, stackOutputs } from '../../runtime/control-plane/stack-outputs.ts';
import { type FixtureOptions, type Orrery, startOrrery } from '../runtime-fixture.ts';

export interface System extends Orrery {
  outputs: Record<string, { value: string; local: string }>;
  /** A user's request to the name in a URL that AWS would give, e.g. the SiteUrl. */
  fetch(url: string, options?: RequestOptions): Promise<Answer>;
  deploy(target: DeployTarget): Promise<void>;
  target: DeployTarget;
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer | object;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  json<T = Record<string, unknown>>(): T;
}

/** Synthesised once for all tests of a checkout: assemblies are kept by what they were made from. */
const assemblies = join(tmpdir(), 'orrery-test-assemblies');

/** Runs a blueprint whole, as `orrery up` does, in this process on free ports. */
export async function startSystem(name: string, options: FixtureOptions = {}): Promise<System> {
  mkdirSync(assemblies, { recursive: true });
  const target = await prepare(resolveTarget(name), { dataDir: assemblies, parameters: {}, onNote: () => undefined });
  const orrery = await startOrrery({ clock: 'running', ...options });
  const deploy = (wanted: DeployTarget): Promise<void> => deployAll(orrery.kernel, wanted, () => undefined);
  try {
    await deploy(target);
    const all: StackOutputs = await stackOutputs(orrery.kernel);
    return Object.assign(Object.create(orrery) as Orrery, {
      target,
      deploy,
      outputs: all[name] ?? {},
      fetch: (url: string, requestOptions?: RequestOptions) => send(orrery, url, requestOptions),
    });
  } catch (error) {
    await orrery.stop().catch(() => undefined);
    throw error;
  }
}

async function send(
  orrery: Orrery,
  address: string,
  { method = 'GET', headers = {}, body }: RequestOptions = {},
): Promise<Answer> {
  const url = new URL(address);
  const structured = typeof body === 'object' && !Buffer.isBuffer(body);
  const answer = await request(`${orrery.httpUrl}${url.pathname}${url.search}`, {
    method: method as 'GET',
    headers: { host: url.host, ...(structured ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body === undefined ? {} : { body: structured ? JSON.stringify(body) : (body as string | Buffer) }),
  });
  const text = await answer.body.text();
  const flat = Object.fromEntries(
    Object.entries(answer.headers).map(([header, value]) => [
      header,
      Array.isArray(value) ? value.join(', ') : String(value),
    ]),
  );
  return { status: answer.statusCode, headers: flat, text, json: <T>() => JSON.parse(text) as T };
}

/** Asks again until `check` gives something, at most `withinMs` of real time: what users see takes real time here. */
export async function eventually<T>(what: string, check: () => Promise<T | undefined>, withinMs = 10_000): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const value = await check();
    if (value !== undefined) return value;
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
