import { usageMeter } from '../cost/usage-meter.ts';
import { compute } from '../engines/compute/compute.ts';
import { network } from '../engines/network/network.ts';
import { type Clock, type ClockOptions, createClock } from '../kernel/clock/clock.ts';
import { EngineRoom } from '../kernel/engine.ts';
import { AwsError } from '../kernel/errors.ts';
import { createEvents } from '../kernel/events/events.ts';
import { type Ids, systemIds } from '../kernel/ids.ts';
import { makeProtoPlain } from '../kernel/plain-names.ts';
import { registry } from '../kernel/resource-registry.ts';
import type { Kernel, Running, ServiceDefinition } from '../kernel/service.ts';
import { openStore } from '../kernel/store/store.ts';
import { freeContext } from './context.ts';
import { loadServices, startOrder } from './service-folders.ts';

export interface RuntimeOptions {
  dataDir: string;
  clock?: ClockOptions;
  ids?: Ids;
  /** Service names; default every folder of services/. */
  services?: string[];
  levels?: Levels;
}

/** What holds compute apart, where it is to be less or no less than this machine can (decisions/0023). */
export interface Levels {
  network?: 'namespace' | 'loopback' | undefined;
  isolation?: 'plain' | undefined;
}

/** A running cloud without its ports: kernel, services and engines. `listen` (server.ts) puts it on the network. */
export interface Runtime {
  kernel: Kernel;
  clock: Clock;
  stop(): Promise<void>;
}

export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  makeProtoPlain();
  const store = openStore(options.dataDir);
  const clockState = store.collection<{ offsetMs: number }>('kernel.clock', { account: '', region: '' });
  const clock = createClock({ offsetMs: clockState.get('clock')?.offsetMs ?? 0, ...options.clock });
  const abort = new AbortController();
  const kernel: Kernel = {
    clock: rememberingWinds(clock, (offsetMs) => {
      clockState.put('clock', { offsetMs });
      return store.durable();
    }),
    ids: options.ids ?? systemIds(),
    store,
    events: createEvents(),
    addresses: { apiUrl: '', httpPort: 0, httpsPort: 0, dnsPort: 0, smtpPort: 0 },
    engine: (token) => room.get(token),
    context: (who) => freeContext(kernel, { ...who, signal: abort.signal }),
  };
  const room = new EngineRoom(kernel);
  const services = await loadServices(options.services);
  fillRegistry(kernel, services);
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    abort.abort(new Error('the runtime stops'));
    for (const service of running.reverse()) await service.stop();
    await room.stop();
    clock.stop();
    await store.durable();
    store.close();
  };
  try {
    // Before the services: what they do while they start is used too.
    kernel.engine(usageMeter);
    if (options.levels?.network) kernel.engine(network).prefer(options.levels.network);
    if (options.levels?.isolation) kernel.engine(compute).preferPlain();
    for (const service of startOrder(services)) {
      const started = await service.start?.(kernel);
      if (started) running.push(started);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { kernel, clock: kernel.clock, stop };
}

/**
 * What is wound is kept before it is: the cloud's time never goes back over a restart, not after a kill in the midst of a
 * wind either, and a disk that does not take the new time refuses the wind before it begins. What is kept then is ahead of
 * the time that comes by what the wind itself takes, so that a disk that is full afterwards loses nothing.
 */
function rememberingWinds(clock: Clock, remember: (offsetMs: number) => Promise<void>): Clock {
  const wind = clock.wind.bind(clock);
  let turn: Promise<unknown> = Promise.resolve();
  clock.wind = (durationMs, onProgress) => {
    const mine = turn.then(async () => {
      await remember(clock.offset() + durationMs);
      const report = await wind(durationMs, onProgress);
      await remember(clock.offset()).catch(unlessRefused);
      return report;
    });
    turn = mine.catch(() => undefined);
    return mine;
  };
  return clock;
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof AwsError)) throw error;
}

function fillRegistry(kernel: Kernel, services: ServiceDefinition[]): void {
  const { services: byName, resourceTypes } = kernel.engine(registry);
  for (const service of services) {
    byName.set(service.name, service);
    for (const type of service.resources ?? []) {
      if (resourceTypes.has(type.type)) throw new Error(`two services own ${type.type}`);
      resourceTypes.set(type.type, type);
    }
  }
}
