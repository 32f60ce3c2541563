import { defineEngine } from '../../../kernel/engine.ts';
import type { ResourceRecord } from '../stacks/records.ts';
import { isRecord } from '../template/template.ts';
import type { DesiredResource } from './desired-state.ts';
import { Cancelled } from './failure-reason.ts';
import type { DeploymentContext } from './resource-context.ts';

export interface Signal {
  UniqueId: string;
  Status: 'SUCCESS' | 'FAILURE';
  Data?: string;
}

/** Success and failure signals on their way to resources that wait for them (SignalResource, cfn-signal). */
export class Signals {
  readonly #received = new Map<string, Map<string, Signal>>();
  readonly #waiting = new Map<string, () => void>();

  /** False when nothing waits there. `key` is what `wait` was told. */
  send(key: string, signal: Signal): boolean {
    const received = this.#received.get(key);
    if (!received) return false;
    received.set(signal.UniqueId, signal);
    this.#waiting.get(key)?.();
    return true;
  }

  /** Signals sent from now on count, even before `wait` is called. */
  open(key: string): void {
    if (!this.#received.has(key)) this.#received.set(key, new Map());
  }

  close(key: string): void {
    this.#received.delete(key);
    this.#waiting.delete(key);
  }

  received(key: string): Signal[] {
    return [...(this.#received.get(key)?.values() ?? [])];
  }

  /** Resolves with the signals once `count` distinct ones succeeded; rejects on a failure, after the time, or when aborted. */
  wait(
    ctx: DeploymentContext,
    key: string,
    about: { count: number; timeoutMs: number; timeoutReason: string },
  ): Promise<Signal[]> {
    this.open(key);
    return new Promise((resolve, reject) => {
      const finish = (action: () => void): void => {
        timer.cancel();
        ctx.signal.removeEventListener('abort', aborted);
        this.close(key);
        action();
      };
      const aborted = (): void => finish(() => reject(ctx.signal.reason));
      const timer = ctx.clock.after(
        about.timeoutMs,
        `signals to ${ctx.logicalId}`,
        () => finish(() => reject(new Cancelled(about.timeoutReason))),
        { basis: 'elapsed' },
      );
      const look = (): void => {
        const signals = this.received(key);
        const failure = signals.find(({ Status }) => Status === 'FAILURE');
        if (failure) finish(() => reject(new Cancelled(`Received FAILURE signal with UniqueId ${failure.UniqueId}`)));
        else if (signals.length >= about.count) finish(() => resolve(signals));
      };
      if (ctx.signal.aborted) return aborted();
      ctx.signal.addEventListener('abort', aborted, { once: true });
      this.#waiting.set(key, look);
      look();
    });
  }
}

export const signals = defineEngine('cloudformation-signals', () => new Signals());

export function signalKey(stackId: string, logicalId: string): string {
  return `${stackId}/${logicalId}`;
}

/** "CreationPolicy attribute": the resource is complete only when as many signals came as it asks for. */
export async function awaitCreationSignals(
  ctx: DeploymentContext,
  desired: DesiredResource,
  record: ResourceRecord,
): Promise<void> {
  const policy = desired.CreationPolicy?.ResourceSignal;
  if (!isRecord(policy)) return;
  const count = Number(policy.Count ?? 1);
  const timeout = String(policy.Timeout ?? 'PT5M');
  await ctx.engine(signals).wait(ctx, signalKey(ctx.stackId, record.LogicalResourceId), {
    count,
    timeoutMs: durationMs(timeout),
    timeoutReason: `Failed to receive ${count} resource signal(s) within the specified duration`,
  });
}

/** ISO 8601, as in PT1H30M10S. */
export function durationMs(text: string): number {
  const [, hours = '0', minutes = '0', seconds = '0'] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text) ?? [];
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}
