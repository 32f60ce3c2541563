import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { startTrace } from '../../../kernel/events/hop.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { change, type Secret, secrets } from '../state.ts';
import { nextWindow } from './rotation-window.ts';
import { moveStage, versionOf, withStage, withVersion } from './versions.ts';

/** "Rotation by Lambda function" (User Guide): the function is called once for each, in this order. */
const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/**
 * "If any step fails, Secrets Manager retries the entire rotation process multiple times"; how often AWS does not say.
 * Here as often as Lambda retries an asynchronous event, and as far apart.
 */
const retryDelaysMs = [60_000, 120_000];

/** Rotations under way and due, of every secret of the runtime. */
export const rotations = defineEngine('secretsmanager.rotations', (kernel) => new Rotations(kernel));

export class Rotations {
  readonly #kernel: Kernel;
  readonly #timers = new Map<string, { cancel(): void }>();
  readonly #running = new Set<string>();
  #stopped = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  /** Goes on where the record says: with a rotation under way, or by waiting for the next window. */
  resume(secret: Secret): void {
    this.#timers.get(secret.ARN)?.cancel();
    this.#timers.delete(secret.ARN);
    if (this.#stopped || !secret.RotationEnabled || secret.deletionMs !== undefined) return;
    const { rotating, nextRotation } = secret;
    if (rotating) {
      this.#wait(secret, rotating.dueMs, `rotation of secret ${secret.Name}`, () => this.#attempt(secret));
    } else if (nextRotation) {
      this.#wait(secret, nextRotation.startMs, `scheduled rotation of secret ${secret.Name}`, () => {
        const now = this.#now(secret);
        if (now) this.begin(now, unfinished(now) ?? this.#kernel.ids.uuid());
      });
    }
  }

  #wait(secret: Secret, atMs: number, name: string, action: () => void): void {
    if (atMs <= this.#kernel.clock.now()) action();
    else this.#timers.set(secret.ARN, this.#kernel.clock.at(atMs, name, action, { kind: 'rotation' }));
  }

  /** Starts a rotation into a new version, which has the label AWSPENDING and no value until createSecret puts one. */
  begin(secret: Secret, VersionId: string): Secret {
    const nowMs = this.#kernel.clock.now();
    const begun = change(this.#kernel, secret, (now) => ({
      ...withVersion(now, { VersionId, stages: ['AWSPENDING'], nowMs }),
      rotating: { VersionId, failures: 0, dueMs: nowMs },
    }));
    this.resume(begun);
    return begun;
  }

  /** RotateImmediately false: testSecret alone, with an AWSPENDING version that is then removed ("RotateSecret"). */
  test(secret: Secret, VersionId: string): void {
    const nowMs = this.#kernel.clock.now();
    const testing = change(this.#kernel, secret, (now) =>
      withVersion(now, { VersionId, stages: ['AWSPENDING'], nowMs }),
    );
    const run = async (): Promise<void> => {
      await this.#step(testing, 'testSecret', VersionId);
      const now = this.#now(secret);
      if (!now || this.#stopped) return;
      change(this.#kernel, now, (one) => ({
        ...one,
        versions: one.versions.filter((version) => version.VersionId !== VersionId),
      }));
    };
    void this.#kernel.clock.track(run());
  }

  #now(secret: Secret): Secret | undefined {
    const now = secrets(this.#kernel, secret).get(secret.Name);
    return now?.ARN === secret.ARN ? now : undefined;
  }

  #attempt(secret: Secret): void {
    if (this.#running.has(secret.ARN)) return;
    this.#running.add(secret.ARN);
    const run = this.#run(secret).finally(() => this.#running.delete(secret.ARN));
    void this.#kernel.clock.track(run);
  }

  async #run(secret: Secret): Promise<void> {
    const VersionId = this.#now(secret)?.rotating?.VersionId;
    if (VersionId === undefined) return;
    let failure: string | undefined;
    for (const step of steps) {
      failure = await this.#step(secret, step, VersionId);
      if (this.#stopped) return;
      if (failure !== undefined) break;
    }
    const now = this.#now(secret);
    if (now?.rotating?.VersionId !== VersionId) return;
    if (failure === undefined && versionOf(now, VersionId)?.VersionStages.includes('AWSCURRENT')) this.#succeed(now);
    else this.#fail(now);
  }

  #succeed(secret: Secret): void {
    const nowMs = this.#kernel.clock.now();
    const done = change(this.#kernel, secret, (now) => ({
      ...now,
      rotating: undefined,
      rotatedMs: nowMs,
      versions: moveStage(now.versions, 'AWSPENDING', undefined),
      nextRotation: nextWindow(now.RotationRules, nowMs),
    }));
    // The attempt still counts as running in this turn; the next is due later than now.
    this.resume(done);
  }

  /** Tried again a while later, and when it has failed for good left as it is, AWSPENDING and all, until the next window. */
  #fail(secret: Secret): void {
    const nowMs = this.#kernel.clock.now();
    const left = change(this.#kernel, secret, (now) => {
      const failures = (now.rotating?.failures ?? 0) + 1;
      const delayMs = retryDelaysMs[failures - 1];
      if (now.rotating && delayMs !== undefined)
        return { ...now, rotating: { ...now.rotating, failures, dueMs: nowMs + delayMs } };
      return { ...now, rotating: undefined, nextRotation: nextWindow(now.RotationRules, nowMs) };
    });
    this.resume(left);
  }

  /** Why the step failed, or undefined. */
  async #step(secret: Secret, Step: string, ClientRequestToken: string): Promise<string | undefined> {
    const ctx = rotationContext(this.#kernel, secret, Step);
    const Payload = Buffer.from(JSON.stringify({ Step, SecretId: secret.ARN, ClientRequestToken }));
    try {
      const FunctionName = this.#now(secret)?.RotationLambdaARN;
      const answer = await ctx.call<{ FunctionError?: string; Payload?: Uint8Array }>('lambda', 'Invoke', {
        FunctionName,
        Payload,
      });
      const failure = answer.FunctionError && Buffer.from(answer.Payload ?? []).toString();
      ctx.trace.end(failure ? { status: 500, error: failure } : { status: 200 });
      return failure;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      ctx.trace.end({ status: error.status, error: error.code });
      return error.message;
    }
  }
}

/** The version that a rotation which failed has left: a later one tries it again rather than make another. */
export function unfinished(secret: Secret): string | undefined {
  const pending = withStage(secret, 'AWSPENDING');
  return pending?.VersionStages.includes('AWSCURRENT') ? undefined : pending?.VersionId;
}

/** Secrets Manager itself, for the secret: the function's policy decides. */
export function rotationContext(kernel: Kernel, secret: Secret, step: string): Context {
  return kernel.context({
    principal: servicePrincipal('secretsmanager.amazonaws.com', secret.account, { sourceArn: secret.ARN }),
    region: secret.region,
    trace: startTrace(kernel, 'secretsmanager', `rotation ${step}`, { resource: secret.Name }),
  });
}
