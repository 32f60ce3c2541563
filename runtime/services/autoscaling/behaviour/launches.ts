import type { Instance } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../kernel/errors.ts';
import { capacityFaults } from '../../../kernel/faults/capacity-faults.ts';
import { zoneIdOf } from '../../../kernel/regions.ts';
import type { Activity, Group, Member, TemplateChoice } from '../state.ts';
import { advance, at, begin } from './activities.ts';
import { asAutoScaling } from './as-autoscaling.ts';
import { actualCapacity } from './capacity.ts';
import { notifyHooks, waitsFor } from './hook-waits.ts';
import type { Keeper } from './keeper.ts';
import { readyAfterMs } from './maintenance.ts';
import { type Start, waysToStart } from './mixed-instances.ts';
import { register } from './target-groups.ts';
import { pooled } from './warm-pools.ts';
import { subnetsToTry } from './zones.ts';

/** A launch that failed is tried again after this, then after twice as long, and so on. */
const firstRetryMs = 15_000;
const longestRetryMs = 60 * 60_000;

/** What is said of an instance that ended before it was in service. */
export const neverServed =
  'Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: the instance ended';

/** From RunInstances to in service. */
export class Launches {
  readonly #keeper: Keeper;
  readonly #failures = new Map<string, number>();
  readonly #resting = new Set<string>();

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  /** As much capacity, in the zone named, or wherever there are fewest; `cause` where it is not the capacity. */
  async launch(group: Group, count: number, about: { zone?: string; cause?: string } = {}): Promise<void> {
    if (this.#resting.has(group.AutoScalingGroupARN)) return;
    const { clock } = this.#keeper.kernel;
    for (let made = 0; made < count; ) {
      const now = this.#keeper.find(group, group.AutoScalingGroupName);
      if (!now || now.deleting || this.#keeper.stopped) return;
      const before = actualCapacity(now);
      const replacing = /(needing to be replaced|an instance refresh)\.$/.test(now.cause);
      const cause = ({ weight = 1 }: Start): string => {
        const growing = `At ${at(clock.now())} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${before} to ${before + weight}.`;
        return about.cause ?? (replacing ? now.cause : [now.cause, growing].filter(Boolean).join('  '));
      };
      if (
        this.#keeper.pools.take(
          now,
          about.zone ?? subnetsToTry(now)[0]?.AvailabilityZone,
          cause({ template: now.LaunchTemplate }),
        )
      ) {
        made += 1;
        continue;
      }
      const started = await this.#one(now, cause, about.zone);
      if (!started) return;
      made += started.weight ?? 1;
    }
  }

  /** Into the warm pool; those wait for the group to grow. */
  async warm(group: Group, count: number): Promise<void> {
    if (this.#resting.has(group.AutoScalingGroupARN)) return;
    for (let made = 0; made < count; made += 1) {
      const now = this.#keeper.find(group, group.AutoScalingGroupName);
      if (!now?.WarmPool || now.WarmPool.deleting || now.deleting || this.#keeper.stopped) return;
      const { length: before } = pooled(now);
      const cause = `At ${at(this.#keeper.kernel.clock.now())} an instance was started in response to a difference between desired and actual size of the warm pool, increasing it from ${before} to ${before + 1}.`;
      if (!(await this.#one(now, () => cause, undefined, 'Warmed:Pending'))) return;
    }
  }

  /** In the first zone that has room, in the first way that is possible there. */
  async #one(
    group: Group,
    causeOf: (way: Start) => string,
    only?: string,
    state: Beginning = 'Pending',
  ): Promise<Start | undefined> {
    let failure: AwsError | undefined;
    const zones = subnetsToTry(group).filter(({ AvailabilityZone }) => only === undefined || AvailabilityZone === only);
    const ways = waysToStart(group);
    for (const { zone, way } of zones.flatMap((zone) => ways.map((way) => ({ zone, way })))) {
      try {
        await this.#run(group, { zone, way, state, cause: causeOf(way) });
        return way;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        failure = error;
      }
    }
    const cause = causeOf(ways[0] ?? { template: group.LaunchTemplate });
    const [zone = { SubnetId: '', AvailabilityZone: '' }] = group.subnets;
    const activity = begin(this.#keeper.kernel, group, { description: 'Launching a new EC2 instance', cause, zone });
    this.#fail(
      group,
      activity,
      `${failure?.message ?? 'There is no subnet to launch in.'} Launching EC2 instance failed.`,
    );
    return undefined;
  }

  async #run(
    group: Group,
    { zone, way, state, cause }: { zone: Group['subnets'][number]; way: Start; state: Beginning; cause: string },
  ): Promise<void> {
    const { kernel } = this.#keeper;
    const ctx = asAutoScaling(kernel, group);
    const { LaunchTemplateId, Version } = way.template;
    // It may run before RunInstances has answered.
    const states = new Map<string, string>();
    const stop = kernel.events.on('ec2.instance-state', ({ instanceId, state }) => void states.set(instanceId, state));
    try {
      const template = { ...way.template, Version: await versionNumber(ctx, way.template) };
      await checkCapacity(ctx, group, { zone, way });
      const { Instances } = await ctx.call<{ Instances: Instance[] }>('ec2', 'RunInstances', {
        MinCount: 1,
        MaxCount: 1,
        LaunchTemplate: { LaunchTemplateId, Version },
        ...(way.InstanceType ? { InstanceType: way.InstanceType } : {}),
        ...(await placement(ctx, way.template, zone.SubnetId)),
        TagSpecifications: [{ ResourceType: 'instance', Tags: tagsOf(group) }],
      });
      const [instance] = Instances;
      if (!instance?.InstanceId) throw new Error('RunInstances gave no instance');
      const description = `Launching a new EC2 instance${state === 'Pending' ? '' : ' into warm pool'}: ${instance.InstanceId}`;
      const activity = begin(kernel, group, { description, cause, status: 'PreInService', zone });
      const member = newMember(group, instance, {
        way: { ...way, template },
        state,
        activity,
        zone,
        nowMs: kernel.clock.now(),
      });
      this.#keeper.change(group, ({ members }) => ({ members: [...members, member] }));
      const known = states.get(member.InstanceId);
      if (known === 'running') this.started(group, member);
      if (known === 'terminated' || known === 'stopped') this.lost(group, member, neverServed);
    } finally {
      stop();
      ctx.trace.end();
    }
  }

  /** EC2 says it runs: life-cycle hooks come before service. */
  started(group: Group, member: Member): void {
    if (member.LifecycleState === 'Warmed:Pending') this.#keeper.pools.entered(group, member);
    if (member.LifecycleState !== 'Pending') return;
    const transition = 'autoscaling:EC2_INSTANCE_LAUNCHING';
    const waiting = waitsFor(this.#keeper.kernel, group, transition);
    if (waiting.length === 0) {
      this.proceed(group, member);
      return;
    }
    const token = this.#keeper.kernel.ids.uuid();
    const changed = this.#keeper.changeMember(group, member.InstanceId, { LifecycleState: 'Pending:Wait', token });
    advance(this.#keeper.kernel, group, member.activityId, { StatusCode: 'MidLifecycleAction', Progress: 50 });
    if (changed) notifyHooks(this.#keeper, group, changed, waiting);
  }

  /** Into service: its target groups get it. */
  proceed(group: Group, member: Member): void {
    const changed = this.#keeper.changeMember(group, member.InstanceId, { LifecycleState: 'Pending:Proceed' });
    if (changed) void this.#keeper.kernel.clock.track(this.#intoService(group, changed));
  }

  async #intoService(group: Group, member: Member): Promise<void> {
    const { kernel } = this.#keeper;
    await register(kernel, group, member.InstanceId);
    const current = this.#keeper.find(group, group.AutoScalingGroupName)?.members;
    if (!current?.some((one) => one.InstanceId === member.InstanceId && one.LifecycleState === 'Pending:Proceed'))
      return;
    const nowMs = kernel.clock.now();
    const warmUntilMs = nowMs + (group.DefaultInstanceWarmup ?? 300) * 1000;
    const { activityId, token: _token, fromPool: _from, ...rest } = member;
    this.#keeper.change(group, ({ members }) => ({
      members: members.map((one) =>
        one.InstanceId === member.InstanceId
          ? { ...rest, LifecycleState: 'InService', inServiceMs: nowMs, warmUntilMs }
          : one,
      ),
    }));
    this.#failures.delete(group.AutoScalingGroupARN);
    advance(kernel, group, activityId, { StatusCode: 'Successful' });
    kernel.events.emit('autoscaling.group', { arn: group.AutoScalingGroupARN });
    kernel.events.emit('autoscaling.launched', { group, instanceId: member.InstanceId, activityId });
    this.#keeper.wake(group);
    const readyMs = readyAfterMs(group);
    // An unhealthy instance may be waiting for it to be ready.
    if (group.InstanceMaintenancePolicy && readyMs > 0)
      this.#keeper.later(readyMs, `warm-up of ${member.InstanceId}`, () => this.#keeper.wake(group));
  }

  /** A life-cycle hook said no: the instance goes, and another is started. */
  abandon(group: Group, member: Member): void {
    const { activityId: _activity, ...rest } = member;
    advance(this.#keeper.kernel, group, member.activityId, { StatusCode: 'Cancelled' });
    const cause = `At ${at(this.#keeper.kernel.clock.now())} an instance was taken out of service in response to a launch lifecycle action being abandoned.`;
    this.#keeper.terminations.begin(group, rest, { cause, atOnce: true });
  }

  /** It ended before it was in service. */
  lost(group: Group, member: Member, why: string): void {
    this.#keeper.remove(group, member.InstanceId);
    this.#fail(group, member.activityId ? { ActivityId: member.activityId } : undefined, why);
  }

  #fail(group: Group, activity: Pick<Activity, 'ActivityId'> | undefined, StatusMessage: string): void {
    const { kernel } = this.#keeper;
    const arn = group.AutoScalingGroupARN;
    advance(kernel, group, activity?.ActivityId, { StatusCode: 'Failed', StatusMessage });
    kernel.events.emit('autoscaling.launch-failed', {
      arn,
      message: StatusMessage,
      group,
      activityId: activity?.ActivityId,
    });
    const failures = this.#failures.get(arn) ?? 0;
    this.#failures.set(arn, failures + 1);
    this.#resting.add(arn);
    this.#keeper.later(
      Math.min(firstRetryMs * 2 ** failures, longestRetryMs),
      `next launch of ${group.AutoScalingGroupName}`,
      () => {
        this.#resting.delete(arn);
        this.#keeper.wake(group);
      },
    );
  }

  /** What was changed may have mended what made launches fail. */
  tryAgain(group: Group): void {
    this.#resting.delete(group.AutoScalingGroupARN);
    this.#failures.delete(group.AutoScalingGroupARN);
  }
}

/** A new instance's first state: of the group, or of its warm pool. */
type Beginning = 'Pending' | 'Warmed:Pending';

type AutoScaling = ReturnType<typeof asAutoScaling>;

/** An experiment may have left the zone without room for the group. */
async function checkCapacity(
  ctx: AutoScaling,
  group: Group,
  { zone, way }: { zone: Group['subnets'][number]; way: Start },
): Promise<void> {
  const { InstanceType } = (await template(ctx, way.template)).LaunchTemplateData ?? {};
  ctx.engine(capacityFaults).check({
    of: group.AutoScalingGroupARN,
    instanceType: way.InstanceType ?? InstanceType ?? '',
    zone: zone.AvailabilityZone,
    zoneId: zoneIdOf(zone.AvailabilityZone),
  });
}

interface TemplateVersion {
  VersionNumber: number;
  LaunchTemplateData?: {
    InstanceType?: string;
    NetworkInterfaces?: { Groups?: string[] }[];
    SecurityGroupIds?: string[];
  };
}

async function template(ctx: AutoScaling, { LaunchTemplateId, Version }: TemplateChoice): Promise<TemplateVersion> {
  const { LaunchTemplateVersions } = await ctx.call<{ LaunchTemplateVersions: TemplateVersion[] }>(
    'ec2',
    'DescribeLaunchTemplateVersions',
    { LaunchTemplateId, Versions: [Version] },
  );
  const [found] = LaunchTemplateVersions;
  if (!found)
    throw new AwsError('ValidationError', `The launch template ${LaunchTemplateId} has no version ${Version}.`);
  return found;
}

export async function versionNumber(ctx: AutoScaling, choice: TemplateChoice): Promise<string> {
  return String((await template(ctx, choice)).VersionNumber);
}

/** A template with interfaces takes its subnet there; the other says it beside them. */
async function placement(ctx: AutoScaling, choice: TemplateChoice, SubnetId: string): Promise<object> {
  const { LaunchTemplateData = {} } = await template(ctx, choice);
  const [face] = LaunchTemplateData.NetworkInterfaces ?? [];
  return face ? { NetworkInterfaces: [{ ...face, SubnetId }] } : { SubnetId };
}

function tagsOf({ Tags, AutoScalingGroupName }: Group): { Key: string; Value: string }[] {
  const own = Tags.filter(({ PropagateAtLaunch }) => PropagateAtLaunch).map(({ Key, Value }) => ({ Key, Value }));
  return [...own, { Key: 'aws:autoscaling:groupName', Value: AutoScalingGroupName }];
}

function newMember(
  group: Group,
  { InstanceId = '', InstanceType, Placement }: Instance,
  about: { way: Start; state: Beginning; activity: Activity; zone: { AvailabilityZone: string }; nowMs: number },
): Member {
  return {
    InstanceId,
    InstanceType: InstanceType ?? '',
    AvailabilityZone: Placement?.AvailabilityZone ?? about.zone.AvailabilityZone,
    LifecycleState: about.state,
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: group.NewInstancesProtectedFromScaleIn,
    LaunchTemplate: about.way.template,
    ...(about.way.weight === undefined ? {} : { weight: about.way.weight }),
    launchedMs: about.nowMs,
    activityId: about.activity.ActivityId,
  };
}

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    'autoscaling.launched': { group: Group; instanceId: string; activityId: string | undefined };
    'autoscaling.launch-failed': { arn: string; message: string; group: Group; activityId: string | undefined };
  }
}
