import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type Group, groups, ofGroup, type Refresh, refreshes } from '../state.ts';
import { at } from './activities.ts';
import { putEvent } from './events.ts';
import { keeper } from './keeper.ts';
import { nextStep } from './refresh-steps.ts';

/** Carries instance refreshes on, a step whenever a group has changed or a new instance is warm. */
export const refresher = defineEngine('autoscaling.refresher', (kernel) => new Refresher(kernel));

class Refresher {
  readonly #kernel: Kernel;
  readonly #timers = new Map<string, Timer>();
  readonly #stops: (() => void)[];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const { events } = kernel;
    this.#stops = [
      events.on('autoscaling.group', ({ arn }) => {
        const group = this.#byArn(arn);
        if (group) this.look(group);
      }),
      events.on('autoscaling.launch-failed', ({ group, message }) => this.#failed(group, message)),
    ];
  }

  /** The refresh under way of a group. */
  active(group: Group): Refresh | undefined {
    const { account, region } = group;
    return ofGroup(refreshes({ store: this.#kernel.store, account, region }), group.AutoScalingGroupName).find(
      ({ endMs }) => endMs === undefined,
    );
  }

  look({ account, region, AutoScalingGroupName }: Group): void {
    const group = groups({ store: this.#kernel.store, account, region }).get(AutoScalingGroupName);
    const refresh = group && this.active(group);
    if (!group || !refresh || group.suspended.InstanceRefresh) return;
    const nowMs = this.#kernel.clock.now();
    const step = nextStep(group, refresh, nowMs);
    const known = this.put(group, {
      ...refresh,
      outdated: step.left,
      ...(refresh.Status === 'Pending' ? { Status: 'InProgress' } : {}),
    });
    if (step.finished) {
      this.end(group, known, refresh.Status === 'RollbackInProgress' ? 'RollbackSuccessful' : 'Successful');
      return;
    }
    this.#arm(group, refresh, step.lookAgainMs);
    this.#carryOut(group, step);
  }

  #carryOut(group: Group, { supersede, terminate }: ReturnType<typeof nextStep>): void {
    if (supersede.length + terminate.length === 0) return;
    const engine = this.#kernel.engine(keeper);
    const now = at(this.#kernel.clock.now());
    engine.change(group, () => ({
      cause: `At ${now} an instance was launched in response to an instance refresh.`,
    }));
    for (const { InstanceId } of supersede) engine.changeMember(group, InstanceId, { leaving: true });
    const cause = `At ${now} an instance was taken out of service in response to an instance refresh.`;
    for (const member of terminate) engine.terminations.begin(group, member, { cause });
    engine.wake(group);
  }

  #arm(group: Group, { InstanceRefreshId }: Refresh, atMs: number | undefined): void {
    this.#timers.get(InstanceRefreshId)?.cancel();
    this.#timers.delete(InstanceRefreshId);
    if (atMs === undefined) return;
    const timer = this.#kernel.clock.at(
      atMs,
      `instance refresh of ${group.AutoScalingGroupName}`,
      () => this.look(group),
      { kind: 'scaling' },
    );
    this.#timers.set(InstanceRefreshId, timer);
  }

  put({ account, region }: Scope, refresh: Refresh): Refresh {
    refreshes({ store: this.#kernel.store, account, region }).put(refresh.InstanceRefreshId, refresh);
    return refresh;
  }

  /** Those that were to be replaced and still stand are the group's as before. */
  end(group: Group, refresh: Refresh, Status: Refresh['Status'], StatusReason?: string): void {
    this.#arm(group, refresh, undefined);
    const engine = this.#kernel.engine(keeper);
    const went = Status === 'Successful';
    engine.change(group, ({ members, LaunchTemplate }) => ({
      members: members.map(({ leaving: _, ...member }) => member),
      LaunchTemplate: went ? LaunchTemplate : refresh.previous,
    }));
    const endMs = this.#kernel.clock.now();
    this.put(group, { ...refresh, Status, endMs, ...(StatusReason === undefined ? {} : { StatusReason }) });
    this.tell(group, refresh, endings[Status] ?? Status);
    engine.wake(group);
  }

  /** "Instance refresh events". */
  tell(group: Group, { InstanceRefreshId }: Refresh, what: string): void {
    const { AutoScalingGroupName, AutoScalingGroupARN } = group;
    const event = {
      DetailType: `EC2 Auto Scaling Instance Refresh ${what}`,
      detail: { InstanceRefreshId, AutoScalingGroupName },
      resources: [AutoScalingGroupARN],
    };
    void this.#kernel.clock.track(putEvent(this.#kernel, group, event));
  }

  /** Back to what the group was started from; whatever was started since goes. */
  rollBack(group: Group, refresh: Refresh, StatusReason: string): Refresh {
    const { LaunchTemplateId, Version } = refresh.previous;
    const outdated = group.members
      .filter(({ launchedMs }) => launchedMs >= refresh.startMs)
      .filter(
        ({ LaunchTemplate }) =>
          LaunchTemplate.LaunchTemplateId !== LaunchTemplateId || LaunchTemplate.Version !== Version,
      )
      .map(({ InstanceId }) => InstanceId);
    const engine = this.#kernel.engine(keeper);
    engine.change(group, ({ members }) => ({
      LaunchTemplate: refresh.previous,
      members: members.map(({ leaving: _, ...member }) => member),
    }));
    engine.launches.tryAgain(group);
    const back = this.put(group, {
      ...refresh,
      Status: 'RollbackInProgress',
      StatusReason,
      outdated,
      total: outdated.length,
    });
    this.look(group);
    engine.wake(group);
    return back;
  }

  /** What it starts cannot be started: going on would leave the group without instances. */
  #failed(group: Group, message: string): void {
    const now = this.#byArn(group.AutoScalingGroupARN);
    const refresh = now && this.active(now);
    if (!now || !refresh) return;
    if (refresh.Status === 'RollbackInProgress') this.end(now, refresh, 'RollbackFailed', message);
    else if (refresh.Preferences.AutoRollback) this.rollBack(now, refresh, message);
    else this.end(now, refresh, 'Failed', message);
  }

  #byArn(arn: string): Group | undefined {
    const [, , , region = '', account = ''] = arn.split(':');
    return groups({ store: this.#kernel.store, account, region })
      .values()
      .find(({ AutoScalingGroupARN }) => AutoScalingGroupARN === arn);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    for (const timer of this.#timers.values()) timer.cancel();
  }
}

const endings: Partial<Record<Refresh['Status'], string>> = {
  Successful: 'Succeeded',
  RollbackSuccessful: 'Rollback Succeeded',
  RollbackFailed: 'Rollback Failed',
};
