import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import {
  durationMs,
  type Signals,
  signalKey,
  signals,
} from '../../../engines/cloudformation/deployment/creation-signals.ts';
import type { DeploymentContext } from '../../../engines/cloudformation/deployment/resource-context.ts';
import type { ResourceContext } from '../../../kernel/resource.ts';
import { findByName, isGone, until } from './group-waits.ts';

interface RollingUpdate {
  MaxBatchSize?: number | string;
  MinInstancesInService?: number | string;
  PauseTime?: string;
  SuspendProcesses?: string[];
  WaitOnResourceSignals?: boolean | string;
}

/**
 * "UpdatePolicy attribute", AutoScalingRollingUpdate: instances of the old template are replaced batch by batch, and never
 * fewer than MinInstancesInService stay. Without the policy they are left as they are.
 */
export async function replaceInstances(ctx: ResourceContext, name: string): Promise<void> {
  const policy = ctx.policies.UpdatePolicy?.AutoScalingRollingUpdate as RollingUpdate | undefined;
  if (!policy) return;
  const AutoScalingGroupName = name;
  const ScalingProcesses = policy.SuspendProcesses ?? [];
  if (ScalingProcesses.length > 0)
    await ctx.call('autoscaling', 'SuspendProcesses', { AutoScalingGroupName, ScalingProcesses });
  try {
    for (;;) {
      const group = await mustFind(ctx, name);
      const outdated = (await outdatedOf(ctx, group)).slice(0, Number(policy.MaxBatchSize ?? 1));
      if (outdated.length === 0) return;
      await replaceBatch(ctx, group, outdated, policy);
    }
  } finally {
    if (ScalingProcesses.length > 0)
      await ctx.call('autoscaling', 'ResumeProcesses', { AutoScalingGroupName, ScalingProcesses });
  }
}

async function replaceBatch(
  ctx: ResourceContext,
  group: AutoScalingGroup,
  batch: Instance[],
  policy: RollingUpdate,
): Promise<void> {
  const { AutoScalingGroupName = '', DesiredCapacity = 0, MaxSize = 0 } = group;
  const least = Number(policy.MinInstancesInService ?? 0);
  const extra = DesiredCapacity - batch.length < least ? batch.length : 0;
  if (DesiredCapacity + extra > MaxSize)
    throw new Error(
      `MinInstancesInService ${least} leaves no room to replace ${batch.length} of ${DesiredCapacity} instances in a group of at most ${MaxSize}.`,
    );
  const ready = awaitBatch(ctx, batch.length, policy);
  const before = new Set((group.Instances ?? []).map(({ InstanceId }) => InstanceId));
  const newOnes = ({ Instances = [] }: AutoScalingGroup): number =>
    Instances.filter(({ InstanceId, LifecycleState }) => !before.has(InstanceId) && LifecycleState === 'InService')
      .length;
  const terminate = async (ShouldDecrementDesiredCapacity: boolean): Promise<void> => {
    for (const { InstanceId } of batch)
      await ctx.call('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        InstanceId,
        ShouldDecrementDesiredCapacity,
      });
  };
  if (extra > 0)
    await ctx.call('autoscaling', 'SetDesiredCapacity', {
      AutoScalingGroupName,
      DesiredCapacity: DesiredCapacity + extra,
    });
  else await terminate(false);
  await until(ctx, AutoScalingGroupName, (now) => newOnes(now) >= batch.length);
  await ready();
  if (extra > 0) await terminate(true);
}

/** Success signals of the new instances, or a pause. */
function awaitBatch(ctx: ResourceContext, count: number, policy: RollingUpdate): () => Promise<unknown> {
  const pauseMs = durationMs(policy.PauseTime ?? (isTrue(policy.WaitOnResourceSignals) ? 'PT5M' : 'PT0S'));
  if (!isTrue(policy.WaitOnResourceSignals)) return () => ctx.clock.sleep(pauseMs, ctx.signal, { basis: 'elapsed' });
  const engine: Signals = ctx.engine(signals);
  const key = signalKey(ctx.stackId, ctx.logicalId);
  engine.open(key);
  return () =>
    engine.wait(ctx as DeploymentContext, key, {
      count,
      timeoutMs: pauseMs,
      timeoutReason: `Received 0 SUCCESS signal(s) out of ${count}. Unable to satisfy 100% MinSuccessfulInstancesPercent requirement`,
    });
}

const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** In service, but of another version of the template or in a subnet that is no longer the group's. */
async function outdatedOf(ctx: ResourceContext, group: AutoScalingGroup): Promise<Instance[]> {
  const { LaunchTemplate: mixed } = group.MixedInstancesPolicy ?? {};
  const { LaunchTemplateId, Version } = group.LaunchTemplate ?? mixed?.LaunchTemplateSpecification ?? {};
  const types = (mixed?.Overrides ?? []).flatMap(({ InstanceType = [] }) => InstanceType);
  const { LaunchTemplateVersions } = await ctx.call<{ LaunchTemplateVersions: { VersionNumber: number }[] }>(
    'ec2',
    'DescribeLaunchTemplateVersions',
    { LaunchTemplateId, Versions: [Version] },
  );
  const wanted = String(LaunchTemplateVersions[0]?.VersionNumber);
  return (group.Instances ?? []).filter(
    ({ LifecycleState, LaunchTemplate, AvailabilityZone = '', InstanceType = '' }) =>
      LifecycleState === 'InService' &&
      (LaunchTemplate?.LaunchTemplateId !== LaunchTemplateId ||
        LaunchTemplate?.Version !== wanted ||
        (types.length > 0 && !types.includes(InstanceType)) ||
        !group.AvailabilityZones?.includes(AvailabilityZone)),
  );
}

async function mustFind(ctx: ResourceContext, name: string): Promise<AutoScalingGroup> {
  const group = await findByName(ctx, name);
  if (!group) throw isGone(name);
  return group;
}
