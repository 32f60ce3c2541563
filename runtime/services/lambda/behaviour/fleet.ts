import { availableParallelism } from 'node:os';
import { authorization } from '../../../kernel/authorizer.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { rootOf, servicePrincipal } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { runtimeKind } from '../runtimes.ts';
import type { FunctionVersion } from '../state.ts';
import { Environment } from './environment.ts';
import type { Ending } from './environment-call.ts';
import { exitMessage } from './environment-call.ts';
import { failurePayload, type Invocation, type InvocationResult } from './invocation.ts';
import { layersFolder } from './layers.ts';
import { interfacesOf } from './vpc-interfaces.ts';
import { placeIn, type VpcPlace } from './vpc-place.ts';
import { workers } from './workers.ts';

/** Lambda keeps an idle environment for some minutes; AWS promises no number. */
const IDLE_LIMIT_MS = 10 * 60_000;
const SWEEP_PERIOD_MS = 60_000;
/** A session of the execution role is used no further than this before its end. */
const CREDENTIALS_MARGIN_MS = 5 * 60_000 + 15 * 60_000;
/** "Lambda execution environment lifecycle": what the init phase may take. */
const INIT_LIMIT_MS = 10_000;
/** Environments of one function that start at once: each takes a processor while it loads its code. */
const STARTING_LIMIT = Math.max(2, availableParallelism());

interface Waiting {
  invocation: Invocation;
  resolve: (result: InvocationResult) => void;
}

/** The environments of one version of a function's code and configuration. */
interface Group {
  version: FunctionVersion;
  account: string;
  region: string;
  idle: Environment[];
  all: Set<Environment>;
  starting: number;
  waiting: Waiting[];
  retired: boolean;
}

/**
 * All execution environments. An invocation goes to an idle one, else waits for the first that is free or started: on
 * AWS every waiting invocation would get an environment of its own; here as many start at once as there are processors,
 * which serves a burst sooner on one machine, and none waits while another could start.
 */
export const fleet = defineEngine<Fleet>('lambda-fleet', (kernel) => new Fleet(kernel));

export class Fleet {
  readonly #kernel: Kernel;
  readonly #groups = new Map<string, Group>();
  /** All that have not ended, those of retired groups too. */
  readonly #environments = new Set<Environment>();
  #sweeper: Timer | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    // Made first, so that they are stopped after the fleet.
    kernel.engine(workers);
  }

  invoke(
    version: FunctionVersion,
    place: { account: string; region: string },
    invocation: Invocation,
  ): Promise<InvocationResult> {
    const group = this.#group(version, place);
    const environment = this.#takeIdle(group);
    if (environment) return environment.invoke(invocation);
    return new Promise((resolve) => {
      group.waiting.push({ invocation, resolve });
      this.#startMore(group);
    });
  }

  /**
   * Newer code or configuration: environments of the old finish what they do, and take nothing new. Resolves when what
   * they had logged is delivered.
   */
  async retire(functionArn: string): Promise<void> {
    const delivered: Promise<void>[] = [];
    for (const [key, group] of this.#groups) {
      if (group.version.FunctionArn !== functionArn) continue;
      group.retired = true;
      this.#groups.delete(key);
      for (const environment of group.all) delivered.push(environment.retire());
    }
    await Promise.all(delivered);
  }

  /** How many environments a version has; for tests and `orrery status`. */
  environmentsOf(functionArn: string): number {
    return [...this.#groups.values()]
      .filter(({ version }) => version.FunctionArn === functionArn)
      .reduce((sum, { all }) => sum + all.size, 0);
  }

  async stop(): Promise<void> {
    this.#sweeper?.cancel();
    this.#groups.clear();
    await Promise.all([...this.#environments].map((environment) => environment.end()));
  }

  #group(version: FunctionVersion, { account, region }: { account: string; region: string }): Group {
    const key = `${version.FunctionArn}|${version.RevisionId}`;
    let group = this.#groups.get(key);
    if (!group) {
      group = { version, account, region, idle: [], all: new Set(), starting: 0, waiting: [], retired: false };
      this.#groups.set(key, group);
    }
    return group;
  }

  /** The one that worked last, so that the others can end; none whose credentials are about to. */
  #takeIdle(group: Group): Environment | undefined {
    for (let environment = group.idle.pop(); environment; environment = group.idle.pop()) {
      const { expiresMs } = environment.credentials;
      if (expiresMs === undefined || this.#kernel.clock.now() < expiresMs - CREDENTIALS_MARGIN_MS) return environment;
      void environment.retire();
    }
    return undefined;
  }

  #startMore(group: Group): void {
    while (group.waiting.length > group.starting && group.starting < STARTING_LIMIT) {
      group.starting += 1;
      void this.#start(group);
    }
  }

  async #start(group: Group): Promise<void> {
    let failure: ((invocation: Invocation) => InvocationResult) | undefined;
    try {
      const ending = await this.#startOne(group, INIT_LIMIT_MS);
      // "Lambda execution environment lifecycle": then once more, within the time the invocation has.
      const final = ending?.kind === 'timed out' ? await this.#startOne(group, group.version.Timeout * 1000) : ending;
      if (final) failure = (invocation) => initFailure(group.version, final, invocation);
    } catch (error) {
      failure = (invocation) => cannotStart(group.version, error, invocation);
    }
    group.starting -= 1;
    const waiting = failure && group.waiting.shift();
    if (failure && waiting) waiting.resolve(failure(waiting.invocation));
    this.#startMore(group);
  }

  /** What went wrong, or undefined when the environment is at work. */
  async #startOne(group: Group, limitMs: number): Promise<Ending | undefined> {
    const environment = await this.#create(group);
    const ending = await environment.start(limitMs);
    if (!ending) this.#free(group, environment);
    return ending;
  }

  async #create(group: Group): Promise<Environment> {
    const { version, region } = group;
    const layers = await layersFolder(this.#kernel, version);
    const credentials = this.#assumeRole(group);
    const vpc = await this.#vpc(group);
    const date = new Date(this.#kernel.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const environment = new Environment(this.#kernel, {
      version,
      region,
      layers,
      credentials,
      vpc,
      logGroup: version.LoggingConfig?.LogGroup ?? `/aws/lambda/${version.FunctionName}`,
      logStream: `${date}/[${version.Version}]${this.#kernel.ids.hex(32)}`,
      onFree: (free) => this.#free(group, free),
      onEnd: (ended, unfetched) => {
        group.all.delete(ended);
        void ended.end().then(() => this.#environments.delete(ended));
        group.idle = group.idle.filter((other) => other !== ended);
        if (unfetched) group.waiting.unshift(unfetched);
        this.#startMore(group);
      },
    });
    group.all.add(environment);
    this.#environments.add(environment);
    this.#sweeper ??= this.#kernel.clock.every(SWEEP_PERIOD_MS, 'idle Lambda environments', () => this.#sweep());
    return environment;
  }

  async #vpc({ version, account, region }: Group): Promise<VpcPlace | undefined> {
    if (!version.VpcConfig?.VpcId) return undefined;
    const records = this.#kernel.context({ principal: rootOf(account), region });
    return placeIn(this.#kernel, region, interfacesOf(records, version.VpcConfig));
  }

  #assumeRole({ version, account, region }: Group) {
    const authorizer = this.#kernel.engine(authorization).current;
    if (!authorizer) throw new Error('no authorizer is in place: the iam service has not started');
    const by = servicePrincipal('lambda.amazonaws.com', account, { sourceArn: version.FunctionArn });
    return authorizer.assumeRole(this.#kernel.context({ principal: by, region }), {
      roleArn: version.Role,
      sessionName: version.FunctionName,
      by,
    });
  }

  #free(group: Group, environment: Environment): void {
    const next = group.waiting.shift();
    if (next) void environment.invoke(next.invocation).then(next.resolve);
    else if (group.retired) void environment.retire();
    else {
      group.idle.push(environment);
      this.#warm(group.version);
    }
  }

  /** The next process ahead is started once there is nothing to answer: starting one takes the runtime some milliseconds. */
  #warm({ Runtime, MemorySize }: FunctionVersion): void {
    if (runtimeKind(Runtime) !== 'node' || this.#kernel.engine(workers).waits(MemorySize)) return;
    setImmediate(() => setImmediate(() => this.#kernel.engine(workers).warm(MemorySize)));
  }

  #sweep(): void {
    const oldest = this.#kernel.clock.now() - IDLE_LIMIT_MS;
    let left = 0;
    for (const [key, group] of this.#groups) {
      for (const environment of group.idle) if (environment.idleSinceMs <= oldest) void environment.retire();
      group.idle = group.idle.filter((environment) => environment.idleSinceMs > oldest);
      left += group.idle.length + (group.all.size - group.idle.length);
      if (group.all.size === 0 && group.waiting.length === 0 && group.starting === 0) this.#groups.delete(key);
    }
    if (left > 0) return;
    this.#sweeper?.cancel();
    this.#sweeper = undefined;
  }
}

function initFailure(version: FunctionVersion, ending: Ending, { requestId }: Invocation): InvocationResult {
  if (ending.kind === 'answered') return failed(version, ending.payload, ending.errorType);
  const message =
    ending.kind === 'exited'
      ? exitMessage(ending.exit)
      : ending.kind === 'timed out'
        ? `Task timed out after ${version.Timeout.toFixed(2)} seconds`
        : 'Runtime exited with error: signal: killed';
  const errorType = ending.kind === 'timed out' ? 'Sandbox.Timedout' : 'Runtime.ExitError';
  return failed(version, failurePayload(errorType, `RequestId: ${requestId} Error: ${message}`), errorType);
}

/** The role no longer trusts Lambda, or the code cannot be put in place. */
function cannotStart(version: FunctionVersion, error: unknown, { requestId }: Invocation): InvocationResult {
  const message = error instanceof Error ? error.message : String(error);
  const errorType = error instanceof AwsError ? error.code : 'Sandbox.Failure';
  return failed(version, failurePayload(errorType, `RequestId: ${requestId} Error: ${message}`), errorType);
}

function failed(version: FunctionVersion, payload: Buffer, errorType: string | undefined): InvocationResult {
  return {
    payload,
    functionError: 'Unhandled',
    errorType,
    executedVersion: version.Version,
    reported: Promise.resolve(),
  };
}
