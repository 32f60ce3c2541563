import type {
  CancelInstanceRefreshCommandInput,
  DescribeInstanceRefreshesCommandInput,
  RefreshPreferences as GivenPreferences,
  RollbackInstanceRefreshCommandInput,
  StartInstanceRefreshCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { asAutoScaling } from '../behaviour/as-autoscaling.ts';
import { mustFind, templateChoice } from '../behaviour/input.ts';
import { keeper } from '../behaviour/keeper.ts';
import { versionNumber } from '../behaviour/launches.ts';
import { checkHealthyRange } from '../behaviour/maintenance.ts';
import { paged } from '../behaviour/paging.ts';
import { refresher } from '../behaviour/refreshes.ts';
import { pooled } from '../behaviour/warm-pools.ts';
import { activeRefreshNotFound, refreshInProgress, validationError } from '../errors.ts';
import { type Group, ofGroup, type Refresh, type RefreshPreferences, refreshes } from '../state.ts';

export async function StartInstanceRefresh(ctx: Context, input: StartInstanceRefreshCommandInput) {
  const before = mustFind(ctx, input.AutoScalingGroupName);
  if ((input.Strategy ?? 'Rolling') !== 'Rolling')
    throw refused(
      `autoscaling StartInstanceRefresh Strategy ${input.Strategy}`,
      'instances are replaced, not changed.',
    );
  const { LaunchTemplate, MixedInstancesPolicy } = input.DesiredConfiguration ?? {};
  if (MixedInstancesPolicy) throw refused('autoscaling StartInstanceRefresh DesiredConfiguration.MixedInstancesPolicy');
  const Preferences = preferencesOf(before, input.Preferences ?? {});
  if (Preferences.AutoRollback && !LaunchTemplate)
    throw validationError('AutoRollback needs a DesiredConfiguration to roll back from.');
  const wanted = LaunchTemplate ? await templateChoice(ctx, LaunchTemplate) : before.LaunchTemplate;
  const number = await newestOf(ctx, wanted);
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const engine = ctx.engine(refresher);
  if (engine.active(group)) throw refreshInProgress();
  const types = (group.MixedInstancesPolicy?.Overrides ?? []).flatMap(({ InstanceType = [] }) => InstanceType);
  const outdated = group.members
    .filter(
      ({ LifecycleState }) =>
        LifecycleState === 'InService' || (LifecycleState === 'Standby' && Preferences.StandbyInstances === 'Wait'),
    )
    .filter(({ ProtectedFromScaleIn }) => !ProtectedFromScaleIn || Preferences.ScaleInProtectedInstances !== 'Ignore')
    .filter(
      ({ LaunchTemplate: its, InstanceType }) =>
        !Preferences.SkipMatching ||
        its.LaunchTemplateId !== wanted.LaunchTemplateId ||
        its.Version !== number ||
        (types.length > 0 && !types.includes(InstanceType)),
    )
    .map(({ InstanceId }) => InstanceId);
  const refresh: Refresh = {
    InstanceRefreshId: ctx.ids.uuid(),
    AutoScalingGroupName: group.AutoScalingGroupName,
    Status: 'Pending',
    startMs: ctx.clock.now(),
    Preferences,
    ...(input.DesiredConfiguration ? { DesiredConfiguration: input.DesiredConfiguration } : {}),
    previous: group.LaunchTemplate,
    outdated,
    total: outdated.length,
    order: 1 + Math.max(0, ...ofGroup(refreshes(ctx), group.AutoScalingGroupName).map(({ order }) => order)),
  };
  engine.put(ctx, refresh);
  ctx.engine(keeper).change(group, () => ({ LaunchTemplate: wanted }));
  const stale = pooled(group).filter(
    ({ LaunchTemplate: its }) =>
      !Preferences.SkipMatching || its.LaunchTemplateId !== wanted.LaunchTemplateId || its.Version !== number,
  );
  ctx.engine(keeper).pools.renew(group, stale);
  engine.tell(group, refresh, 'Started');
  engine.look(group);
  return { InstanceRefreshId: refresh.InstanceRefreshId };
}

async function newestOf(ctx: Context, choice: Group['LaunchTemplate']): Promise<string> {
  const service = asAutoScaling(ctx, ctx);
  try {
    return await versionNumber(service, choice);
  } finally {
    service.trace.end();
  }
}

const notDone: Partial<Record<keyof GivenPreferences, string>> = {
  CheckpointPercentages: 'it goes on without checkpoints.',
  CheckpointDelay: 'it goes on without checkpoints.',
  AlarmSpecification: 'no alarms are looked at while it goes on.',
  BakeTime: 'it is done when all new instances are warm.',
};

/** "RefreshPreferences" (API Reference), with what holds where nothing is said. */
function preferencesOf(group: Group, given: GivenPreferences): RefreshPreferences {
  for (const [name, why] of Object.entries(notDone)) {
    const value = given[name as keyof GivenPreferences];
    if (value !== undefined && !(Array.isArray(value) && value.length === 0))
      throw refused(`autoscaling StartInstanceRefresh Preferences.${name}`, why);
  }
  const usual = group.InstanceMaintenancePolicy ?? { MinHealthyPercentage: 90, MaxHealthyPercentage: 100 };
  const { MinHealthyPercentage = usual.MinHealthyPercentage, MaxHealthyPercentage = usual.MaxHealthyPercentage } =
    given;
  checkHealthyRange({ MinHealthyPercentage, MaxHealthyPercentage });
  const { StandbyInstances = 'Wait', ScaleInProtectedInstances = 'Wait' } = given;
  if (StandbyInstances === 'Terminate')
    throw refused('autoscaling StartInstanceRefresh Preferences.StandbyInstances Terminate', 'choose Ignore or Wait.');
  return {
    MinHealthyPercentage,
    MaxHealthyPercentage,
    InstanceWarmup: given.InstanceWarmup ?? group.DefaultInstanceWarmup ?? group.HealthCheckGracePeriod,
    SkipMatching: given.SkipMatching ?? false,
    AutoRollback: given.AutoRollback ?? false,
    ScaleInProtectedInstances,
    StandbyInstances,
  };
}

export function DescribeInstanceRefreshes(ctx: Context, input: DescribeInstanceRefreshesCommandInput) {
  const { AutoScalingGroupName: name } = mustFind(ctx, input.AutoScalingGroupName);
  const ids = input.InstanceRefreshIds ?? [];
  const found = ofGroup(refreshes(ctx), name)
    .filter(({ InstanceRefreshId }) => ids.length === 0 || ids.includes(InstanceRefreshId))
    .sort((a, b) => b.order - a.order);
  const { page, ...rest } = paged(found, input);
  return { InstanceRefreshes: page.map(describe), ...rest };
}

function describe({ startMs, endMs, outdated, total, order: _order, previous: _previous, ...refresh }: Refresh) {
  const done = total === 0 ? 100 : Math.floor(((total - outdated.length) / total) * 100);
  return {
    ...refresh,
    StartTime: new Date(startMs),
    ...(endMs === undefined ? {} : { EndTime: new Date(endMs) }),
    PercentageComplete: refresh.Status === 'Successful' ? 100 : done,
    InstancesToUpdate: outdated.length,
  };
}

/** What was replaced stays replaced; the group starts what it started before. */
export function CancelInstanceRefresh(ctx: Context, input: CancelInstanceRefreshCommandInput) {
  const { group, refresh } = mustBeActive(ctx, input.AutoScalingGroupName);
  ctx.engine(refresher).end(group, refresh, 'Cancelled', 'Cancelled by user.');
  return { InstanceRefreshId: refresh.InstanceRefreshId };
}

export function RollbackInstanceRefresh(ctx: Context, input: RollbackInstanceRefreshCommandInput) {
  const { group, refresh } = mustBeActive(ctx, input.AutoScalingGroupName);
  if (!refresh.DesiredConfiguration || refresh.Status === 'RollbackInProgress')
    throw validationError('The instance refresh cannot be rolled back: it has no desired configuration.');
  ctx.engine(refresher).rollBack(group, refresh, 'Rolled back by user.');
  return { InstanceRefreshId: refresh.InstanceRefreshId };
}

function mustBeActive(ctx: Context, name: string | undefined): { group: Group; refresh: Refresh } {
  const group = mustFind(ctx, name);
  const refresh = ctx.engine(refresher).active(group);
  if (!refresh) throw activeRefreshNotFound();
  return { group, refresh };
}
