import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Listening, listen } from '../runtime/control-plane/listen.ts';
import { type Levels, type Runtime, startRuntime } from '../runtime/control-plane/runtime.ts';
import { defaultAccount, defaultRegion } from '../runtime/kernel/arn.ts';
import type { Clock } from '../runtime/kernel/clock/clock.ts';
import { type Principal, rootOf } from '../runtime/kernel/principal.ts';
import type { Context, Kernel } from '../runtime/kernel/service.ts';
import { inProcess } from './in-process-transport.ts';

export interface FixtureOptions {
  /** Default: every service. */
  services?: string[];
  /** `held` (default): time moves only by `clock.wind`. */
  clock?: 'held' | 'running';
  /** The cloud's time at the first start; default the machine's. */
  startMs?: number;
  /** The HTTP port does not count as secure. */
  plainHttp?: boolean;
  /** Default: a folder of its own, removed at `stop`. */
  dataDir?: string;
  /** Default: what ORRERY_NETWORK and ORRERY_ISOLATION ask for, else the most that this machine can. */
  levels?: Levels;
}

function levelsOfEnvironment(): Levels {
  const { ORRERY_NETWORK: network, ORRERY_ISOLATION: isolation } = process.env;
  return { network: network as Levels['network'], isolation: isolation as Levels['isolation'] };
}

type ClientClass<C> = new (config: Record<string, unknown>) => C;

export interface Orrery {
  readonly kernel: Kernel;
  readonly clock: Clock;
  /** http://127.0.0.1:<port> of the API. */
  readonly url: string;
  /** http://127.0.0.1:<port> of users' traffic; give the name in the Host header. */
  readonly httpUrl: string;
  /** Of users' traffic over TLS. */
  readonly httpsPort: number;
  /** Of 127.0.0.1, UDP and TCP. */
  readonly dnsPort: number;
  /** Of 127.0.0.1, where mail is handed in. */
  readonly smtpPort: number;
  readonly dataDir: string;
  /** A real SDK client. `process` (default) hands requests to the pipeline without a socket. */
  client<C>(client: ClientClass<C>, options?: Record<string, unknown> & { transport?: 'process' | 'socket' }): C;
  context(options?: { principal?: Principal; region?: string }): Context;
  /** Ends the runtime and starts another on the same data: what was acknowledged must be there. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A whole cloud in the test's process, on free ports. Its problems (our bugs) fail the test that stops it. */
export async function startOrrery(options: FixtureOptions = {}): Promise<Orrery> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'orrery-test-'));
  const problems: string[] = [];
  const clients: { destroy(): void }[] = [];
  let runtime: Runtime;
  let listening: Listening;
  const start = async (startMs?: number): Promise<void> => {
    const mode = options.clock ?? 'held';
    runtime = await startRuntime({
      dataDir,
      clock: { mode, settleMs: 3000, ...(startMs === undefined ? {} : { startMs }) },
      ...(options.services ? { services: options.services } : {}),
      levels: options.levels ?? levelsOfEnvironment(),
    });
    runtime.kernel.events.on('problem', (problem) =>
      problems.push(`${problem.where}: ${problem.stack ?? problem.message}`),
    );
    listening = await listen(
      runtime.kernel,
      { api: 0, http: 0, https: 0, dns: 0, smtp: 0 },
      { plainHttp: options.plainHttp ?? false },
    );
  };
  const end = async (): Promise<void> => {
    await listening.close();
    await runtime.stop();
  };
  await start(options.startMs);
  return {
    get kernel() {
      return runtime.kernel;
    },
    get clock() {
      return runtime.clock;
    },
    get url() {
      return `http://127.0.0.1:${listening.ports.api}`;
    },
    get httpUrl() {
      return `http://127.0.0.1:${listening.ports.http}`;
    },
    get httpsPort() {
      return listening.ports.https;
    },
    get smtpPort() {
      return listening.ports.smtp;
    },
    get dnsPort() {
      return listening.ports.dns;
    },
    dataDir,
    client(clientClass, { transport = 'process', ...config } = {}) {
      const client = new clientClass({
        region: defaultRegion,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        endpoint: `http://127.0.0.1:${listening.ports.api}`,
        maxAttempts: 1,
        forcePathStyle: true,
        ...(transport === 'process' ? { requestHandler: inProcess(() => runtime.kernel) } : {}),
        ...config,
      });
      clients.push(client as { destroy(): void });
      return client;
    },
    context: ({ principal = rootOf(defaultAccount), region = defaultRegion } = {}) =>
      runtime.kernel.context({ principal, region }),
    async restart() {
      const now = runtime.clock.now();
      await end();
      await start(options.clock === 'running' ? undefined : now);
    },
    async stop() {
      for (const client of clients) client.destroy();
      await end();
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
      if (problems.length > 0) throw new Error(`the runtime had problems:\n${problems.join('\n')}`);
    },
  };
}
