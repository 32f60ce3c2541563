import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type Experiment, experiments, isOver, type RunningAction } from '../state.ts';
import { actionTypes } from './action-types.ts';
import type { ActionRun, ActionType } from './actions/action.ts';
import { announce } from './announcements.ts';
import { asRole } from './as-role.ts';
import { resolve } from './targets.ts';

/** Experiments under way. What they have done is in the store, so that a runtime that is started again can take it back. */
export const runs = defineEngine('fis.runs', (kernel) => new Runs(kernel));

class Runs {
  readonly #kernel: Kernel;
  /** The ends of actions that go on for a while, by experiment and action. */
  readonly #ends = new Map<string, Timer>();
  readonly #unsubscribe: () => void;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#unsubscribe = kernel.events.on('cloudwatch.alarm', ({ alarmArn, state, ...where }) => {
      if (state === 'ALARM') this.#alarm(where, alarmArn);
    });
  }

  start(experiment: Experiment): void {
    this.#go(experiment, () => this.#begin(experiment));
  }

  /** Takes back what goes on and lets nothing else begin. */
  async halt(scope: Scope, id: string, status: 'stopped' | 'failed', reason: string): Promise<void> {
    const { state } = this.#experiment(scope, id);
    // An alarm may go off while it is being stopped by hand.
    if (state.status === 'stopping' || isOver({ state })) return;
    this.#put(scope, id, (now) => ({ ...now, state: { status: 'stopping', reason } }));
    await this.#takeBack(scope, id, status, reason);
  }

  async #takeBack(scope: Scope, id: string, status: 'stopped' | 'failed', reason: string): Promise<void> {
    for (const [name, { state }] of Object.entries(this.#experiment(scope, id).actions)) {
      if (state.status === 'running') await this.#end(scope, id, name, 'stopped');
      if (state.status === 'pending') this.#action(scope, id, name, 'cancelled', 'The experiment was stopped.');
    }
    this.#finish(scope, id, status, reason);
  }

  /** After a restart of the runtime: effects that memory held are put back, and what is due ends. */
  resume(): void {
    const { store } = this.#kernel;
    for (const scope of store.scopes('fis.experiments'))
      for (const experiment of experiments(this.#kernel, scope).values())
        if (isOver(experiment)) this.#forgetAt(experiment, experiment.id, experiment.endedMs ?? experiment.createdMs);
        else this.#go(experiment, () => this.#goOn(experiment));
  }

  stop(): void {
    this.#unsubscribe();
    for (const timer of this.#ends.values()) timer.cancel();
  }

  #go(experiment: Experiment, work: () => Promise<void>): void {
    const running = work().catch((error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
      return this.halt(experiment, experiment.id, 'failed', error.message);
    });
    void this.#kernel.clock.track(running);
  }

  async #begin(experiment: Experiment): Promise<void> {
    const { id } = experiment;
    this.#put(experiment, id, (now) => ({ ...now, state: { status: 'initiating', reason: 'Resolving targets.' } }));
    const ctx = asRole(this.#kernel, experiment);
    const resolved: Record<string, string[]> = {};
    for (const [name, target] of Object.entries(experiment.targets)) resolved[name] = await resolve(ctx, target);
    await this.#checkStopConditions(ctx, experiment);
    ctx.trace.end();
    // It may have been stopped meanwhile.
    if (this.#experiment(experiment, id).state.status !== 'initiating') return;
    const startedMs = this.#kernel.clock.now();
    const state = { status: 'running' as const, reason: 'The experiment is running.' };
    this.#put(experiment, id, (now) => ({ ...now, resolved, startedMs, state }));
    await this.#advance(experiment, id);
  }

  async #goOn(experiment: Experiment): Promise<void> {
    if (experiment.state.status === 'stopping')
      return this.#takeBack(experiment, experiment.id, 'stopped', experiment.state.reason);
    if (experiment.state.status !== 'running') return this.#begin(experiment);
    for (const [name, action] of Object.entries(experiment.actions)) {
      if (action.state.status === 'initiating' || action.state.status === 'stopping') {
        const what = `The runtime ended while the action ${name} was ${action.state.status}.`;
        this.#action(experiment, experiment.id, name, action.undo ? 'running' : 'failed', what);
        return this.halt(experiment, experiment.id, 'failed', what);
      }
      if (action.state.status !== 'running' || action.dueMs === undefined) continue;
      const { type, run } = this.#runOf(experiment, name, action);
      type.resume?.(run, action.undo ?? {});
      this.#endAt(experiment, name, action.dueMs);
    }
    await this.#advance(experiment, experiment.id);
  }

  /** Begins every action that waits for nothing more; ends the experiment when there is none left. */
  async #advance(scope: Scope, id: string): Promise<void> {
    const experiment = this.#experiment(scope, id);
    if (experiment.state.status !== 'running') return;
    const over = (name: string) =>
      ['completed', 'skipped'].includes(experiment.actions[name]?.state.status ?? 'pending');
    const ready = Object.entries(experiment.actions).filter(
      ([, { state, startAfter = [] }]) => state.status === 'pending' && startAfter.every(over),
    );
    await Promise.all(ready.map(([name, action]) => this.#perform(experiment, name, action)));
    const { actions, state } = this.#experiment(scope, id);
    const all = Object.values(actions).map((action) => action.state.status);
    if (ready.length > 0 && all.includes('pending')) return this.#advance(scope, id);
    if (state.status === 'running' && all.every((status) => status === 'completed' || status === 'skipped'))
      this.#finish(scope, id, 'completed', 'Experiment completed.');
  }

  async #perform(experiment: Experiment, name: string, action: RunningAction): Promise<void> {
    const { id } = experiment;
    const { type, run } = this.#runOf(experiment, name, action);
    if (experiment.actionsMode === 'skip-all')
      return this.#action(experiment, id, name, 'skipped', 'Actions are skipped: actionsMode is skip-all.');
    if (type.target && run.targets.length === 0) {
      if (experiment.experimentOptions.emptyTargetResolutionMode === 'skip')
        return this.#action(experiment, id, name, 'skipped', 'Target resolution returned empty set');
      throw new AwsError('ValidationException', 'Target resolution returned empty set');
    }
    this.#action(experiment, id, name, 'initiating', 'The action begins.', { startedMs: this.#kernel.clock.now() });
    try {
      await type.begin(run);
    } catch (error) {
      if (error instanceof AwsError) this.#action(experiment, id, name, 'failed', error.message);
      throw error;
    } finally {
      run.ctx.trace.end();
    }
    const lastsMs = type.lastsMs?.(run.parameters);
    if (lastsMs === undefined) return this.#action(experiment, id, name, 'completed', 'Action was completed.');
    const dueMs = this.#kernel.clock.now() + lastsMs;
    this.#action(experiment, id, name, 'running', 'Action is running.', { dueMs });
    // Somebody may have stopped the experiment while the action began.
    if (this.#experiment(experiment, id).state.status === 'running') this.#endAt(experiment, name, dueMs);
    else await this.#end(experiment, id, name, 'stopped');
  }

  #endAt(experiment: Experiment, name: string, dueMs: number): void {
    const { id } = experiment;
    const timer = this.#kernel.clock.at(
      dueMs,
      `end of ${name} of experiment ${id}`,
      () =>
        this.#go(experiment, async () => {
          await this.#end(experiment, id, name, 'completed');
          await this.#advance(experiment, id);
        }),
      { kind: 'fault' },
    );
    this.#ends.set(`${id} ${name}`, timer);
  }

  /** What cannot be taken back is said in the action's state; the others are taken back all the same. */
  async #end(scope: Scope, id: string, name: string, status: 'completed' | 'stopped'): Promise<void> {
    this.#ends.get(`${id} ${name}`)?.cancel();
    this.#ends.delete(`${id} ${name}`);
    const experiment = this.#experiment(scope, id);
    const action = experiment.actions[name];
    if (action?.state.status !== 'running') return;
    this.#action(scope, id, name, 'stopping', 'The action ends.');
    try {
      const { type, run } = this.#runOf(experiment, name, action);
      await type.end?.(run, action.undo ?? {});
      run.ctx.trace.end();
      this.#action(scope, id, name, status, status === 'completed' ? 'Action was completed.' : 'Action was stopped.');
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#action(scope, id, name, 'failed', `It could not be taken back: ${error.message}`);
    }
    meter(this.#kernel, experiment, action);
  }

  #finish(scope: Scope, id: string, status: 'completed' | 'stopped' | 'failed', reason: string): void {
    const endedMs = this.#kernel.clock.now();
    this.#put(scope, id, (now) => ({ ...now, endedMs, state: { status, reason } }));
    this.#forgetAt(scope, id, endedMs);
  }

  #forgetAt(scope: Scope, id: string, endedMs: number): void {
    const forget = (): void => void experiments(this.#kernel, scope).delete(id);
    this.#kernel.clock.at(endedMs + rememberedMs, `experiment ${id} is forgotten`, forget, { kind: 'retention' });
  }

  #alarm(where: Scope, alarmArn: string): void {
    for (const experiment of experiments(this.#kernel, where).values()) {
      if (experiment.state.status !== 'running') continue;
      if (!experiment.stopConditions.some(({ value }) => value === alarmArn)) continue;
      this.#go(experiment, () => this.halt(experiment, experiment.id, 'stopped', halted));
    }
  }

  async #checkStopConditions(ctx: Context, { stopConditions }: Experiment): Promise<void> {
    const names = stopConditions.flatMap(({ value }) => (value ? [value.slice(value.indexOf(':alarm:') + 7)] : []));
    if (names.length === 0) return;
    type Alarms = { StateValue?: string }[];
    const { MetricAlarms = [], CompositeAlarms = [] } = await ctx.call<{
      MetricAlarms?: Alarms;
      CompositeAlarms?: Alarms;
    }>('cloudwatch', 'DescribeAlarms', { AlarmNames: names, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] });
    const found = [...MetricAlarms, ...CompositeAlarms];
    if (found.length < names.length)
      throw new AwsError('ValidationException', 'An alarm of a stop condition does not exist.');
    if (found.some(({ StateValue }) => StateValue === 'ALARM')) throw new AwsError('ValidationException', halted);
  }

  #runOf(experiment: Experiment, name: string, action: RunningAction): { type: ActionType; run: ActionRun } {
    const type = actionTypes.get(action.actionId);
    if (!type) throw new Error(`experiment ${experiment.id} has the unknown action ${action.actionId}`);
    const [target = ''] = Object.values(action.targets ?? {});
    const targets = experiment.resolved[target] ?? [];
    const ctx = asRole(this.#kernel, experiment);
    const keep = (undo: Record<string, unknown>): void =>
      this.#action(experiment, experiment.id, name, 'initiating', 'The action begins.', { undo });
    return { type, run: { ctx, id: `${experiment.id} ${name}`, targets, parameters: action.parameters ?? {}, keep } };
  }

  #action(
    scope: Scope,
    id: string,
    name: string,
    status: RunningAction['state']['status'],
    reason: string,
    more: Partial<RunningAction> = {},
  ): void {
    const ended = ['completed', 'stopped', 'failed'].includes(status) ? { endedMs: this.#kernel.clock.now() } : {};
    this.#put(scope, id, (now) => {
      const action = now.actions[name];
      if (!action) return now;
      return {
        ...now,
        actions: { ...now.actions, [name]: { ...action, ...more, ...ended, state: { status, reason } } },
      };
    });
  }

  #experiment(scope: Scope, id: string): Experiment {
    const experiment = experiments(this.#kernel, scope).get(id);
    if (!experiment) throw new Error(`experiment ${id} is gone`);
    return experiment;
  }

  #put(scope: Scope, id: string, change: (now: Experiment) => Experiment): void {
    const before = this.#experiment(scope, id);
    const now = change(before);
    experiments(this.#kernel, scope).put(id, now);
    announce(this.#kernel, now, before.state.status);
  }
}

/** "Completed experiment data retention in days", Quotas and limitations for AWS FIS. */
const rememberedMs = 120 * 24 * 60 * 60_000;

const halted = 'Experiment halted by stop condition.';

/** "AWS Fault Injection Service pricing": by the minute that an action goes on, and at least one. */
function meter(kernel: Kernel, { arn, account, region }: Experiment, { startedMs = 0 }: RunningAction): void {
  const amount = Math.max(1, Math.ceil((kernel.clock.now() - startedMs) / 60_000));
  kernel.events.emit('usage', {
    service: 'fis',
    usageType: 'ActionMinutes',
    amount,
    resource: arn,
    account,
    region,
    traces: [],
  });
}
