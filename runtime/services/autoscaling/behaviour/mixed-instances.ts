import type {
  MixedInstancesPolicy as Given,
  InstancesDistribution,
  LaunchTemplateOverrides,
} from '@aws-sdk/client-auto-scaling';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { validationError } from '../errors.ts';
import type { Group, Member, MixedInstances, Override, TemplateChoice } from '../state.ts';
import { templateChoice } from './input.ts';

type Started = Pick<Group, 'LaunchTemplate' | 'MixedInstancesPolicy'>;

/**
 * "MixedInstancesPolicy" (API Reference): several instance types, tried in their order, each with its weight. What an update
 * leaves out stays as it was.
 */
export async function mixedInstances(ctx: Context, given: Given, before?: Started): Promise<Started> {
  const { LaunchTemplateSpecification, Overrides } = given.LaunchTemplate ?? {};
  const known = before?.MixedInstancesPolicy;
  const LaunchTemplate =
    LaunchTemplateSpecification || !before
      ? await templateChoice(ctx, LaunchTemplateSpecification)
      : before.LaunchTemplate;
  const MixedInstancesPolicy: MixedInstances = {
    InstancesDistribution: distribution({ ...known?.InstancesDistribution, ...given.InstancesDistribution }),
    Overrides: Overrides ? await overridesOf(ctx, Overrides) : (known?.Overrides ?? []),
  };
  return { LaunchTemplate, MixedInstancesPolicy };
}

/** "InstancesDistribution": with 100 percent on demand, what it says of Spot has no occasion to be used. */
function distribution(given: InstancesDistribution): MixedInstances['InstancesDistribution'] {
  const {
    OnDemandAllocationStrategy = 'prioritized',
    OnDemandBaseCapacity = 0,
    OnDemandPercentageAboveBaseCapacity: percentage = 100,
    SpotAllocationStrategy = 'lowest-price',
    SpotInstancePools = 2,
    SpotMaxPrice = '',
  } = given;
  if (given.DistributionSegments?.length)
    throw refused('autoscaling MixedInstancesPolicy.InstancesDistribution.DistributionSegments');
  const path = 'autoscaling MixedInstancesPolicy.InstancesDistribution';
  if (percentage < 0 || percentage > 100)
    throw validationError('OnDemandPercentageAboveBaseCapacity must be between 0 and 100.');
  if (percentage < 100)
    throw refused(
      `${path}.OnDemandPercentageAboveBaseCapacity ${percentage}`,
      'there is no Spot market here; with 100 all instances are on demand.',
    );
  if (OnDemandAllocationStrategy !== 'prioritized')
    throw refused(
      `${path}.OnDemandAllocationStrategy ${OnDemandAllocationStrategy}`,
      'instance types are started in the order of the overrides (prioritized).',
    );
  if (OnDemandBaseCapacity < 0) throw validationError('OnDemandBaseCapacity must not be negative.');
  return {
    OnDemandAllocationStrategy,
    OnDemandBaseCapacity,
    OnDemandPercentageAboveBaseCapacity: percentage,
    SpotAllocationStrategy,
    SpotInstancePools,
    SpotMaxPrice,
  };
}

/** "LaunchTemplateOverrides": whoever weighs one instance type weighs all of them. */
async function overridesOf(ctx: Context, given: readonly LaunchTemplateOverrides[]): Promise<Override[]> {
  const weighed = given.filter(({ WeightedCapacity }) => WeightedCapacity !== undefined);
  if (weighed.length > 0 && weighed.length < given.length)
    throw validationError('WeightedCapacity must be specified for all overrides, or for none of them.');
  const overrides: Override[] = [];
  for (const { InstanceType, WeightedCapacity, LaunchTemplateSpecification, InstanceRequirements } of given) {
    if (InstanceRequirements)
      throw refused(
        'autoscaling MixedInstancesPolicy.LaunchTemplate.Overrides.InstanceRequirements',
        'instance types are named here, not chosen by attributes.',
      );
    if (WeightedCapacity !== undefined && !/^[1-9]\d{0,2}$/.test(WeightedCapacity))
      throw validationError('WeightedCapacity must be a whole number between 1 and 999.');
    overrides.push({
      ...(InstanceType === undefined ? {} : { InstanceType }),
      ...(WeightedCapacity === undefined ? {} : { WeightedCapacity }),
      ...(LaunchTemplateSpecification
        ? { LaunchTemplateSpecification: await templateChoice(ctx, LaunchTemplateSpecification) }
        : {}),
    });
  }
  return overrides;
}

/** A way of starting an instance. */
export interface Start {
  template: TemplateChoice;
  InstanceType?: string;
  weight?: number;
}

/** In the order they are tried: the next where the one before cannot be started. */
export function waysToStart({ LaunchTemplate, MixedInstancesPolicy }: Started): Start[] {
  const overrides = MixedInstancesPolicy?.Overrides ?? [];
  if (overrides.length === 0) return [{ template: LaunchTemplate }];
  return overrides.map(({ InstanceType, WeightedCapacity, LaunchTemplateSpecification }) => ({
    template: LaunchTemplateSpecification ?? LaunchTemplate,
    ...(InstanceType === undefined ? {} : { InstanceType }),
    ...(WeightedCapacity === undefined ? {} : { weight: Number(WeightedCapacity) }),
  }));
}

/** New weights count for instances there are already; those of a type no longer named keep the weight they had. */
export function weighedAnew(members: readonly Member[], policy: Started): Member[] {
  const weights = new Map(waysToStart(policy).map(({ InstanceType, weight }) => [InstanceType, weight]));
  return members.map((member) => {
    const weight = weights.get(member.InstanceType);
    return weight === undefined ? member : { ...member, weight };
  });
}

/** As DescribeAutoScalingGroups says it. */
export function describeMixed(LaunchTemplateSpecification: TemplateChoice, policy: MixedInstances): Given {
  const { Overrides, InstancesDistribution } = policy;
  return { LaunchTemplate: { LaunchTemplateSpecification, Overrides }, InstancesDistribution };
}
