import type {
  DeleteScalingPolicyCommandInput,
  DescribeScalingPoliciesCommandInput,
  PutScalingPolicyCommandInput,
} from '@aws-sdk/client-application-auto-scaling';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context } from '../../../kernel/service.ts';
import { capacityOf } from '../behaviour/capacity.ts';
import { asApplicationAutoScaling, dimensionOf, keyFrom, mustFindTarget } from '../behaviour/dimension.ts';
import { paged } from '../behaviour/paging.ts';
import { policySettings } from '../behaviour/policy-rules.ts';
import { deleteAlarms, putAlarms } from '../behaviour/tracking-alarms.ts';
import { limitExceeded, objectNotFound, validation } from '../errors.ts';
import { belongingArn, isOf, keyOf, type Policy, policies, targets } from '../state.ts';

/** "Quotas for Application Auto Scaling": scaling policies per scalable target. */
const mostPolicies = 50;

export async function PutScalingPolicy(ctx: Context, input: PutScalingPolicyCommandInput) {
  const key = keyFrom(input);
  const dimension = dimensionOf(ctx, key);
  const target = mustFindTarget(ctx, key);
  const { PolicyName = '' } = input;
  if (!/^[^:/|]{1,256}$/.test(PolicyName))
    throw validation('Policy names have 1 to 256 characters, and no colon, slash or bar.');
  const before = policies(ctx).get(keyOf(key, PolicyName));
  const settings = policySettings(dimension, key.ResourceId, input, before);
  const own = policies(ctx)
    .values()
    .filter((one) => isOf(one, key));
  if (!before && own.length >= mostPolicies)
    throw limitExceeded(`You have reached the limit of ${mostPolicies} scaling policies for the scalable target.`);
  const PolicyARN =
    before?.PolicyARN ?? belongingArn(ctx, 'scalingPolicy', { id: ctx.ids.uuid(), name: PolicyName, of: key });
  const policy: Policy = {
    ...key,
    PolicyARN,
    PolicyName,
    ...settings,
    alarmNames: before?.alarmNames ?? [],
    createdMs: before?.createdMs ?? ctx.clock.now(),
  };
  // Known before its alarms name it.
  policies(ctx).put(keyOf(key, PolicyName), policy);
  try {
    const capacity = (await capacityOf(ctx, target)) ?? 0;
    const alarmNames = await putAlarms(ctx, target, policy, capacity);
    policies(ctx).put(keyOf(key, PolicyName), { ...policy, alarmNames });
    return { PolicyARN, Alarms: alarmNames.map((name) => alarmOf(ctx, name)) };
  } catch (error) {
    if (before) policies(ctx).put(keyOf(key, PolicyName), before);
    else policies(ctx).delete(keyOf(key, PolicyName));
    throw error;
  }
}

const alarmOf = ({ account, region }: Context, AlarmName: string) => ({
  AlarmName,
  AlarmARN: `arn:aws:cloudwatch:${region}:${account}:alarm:${AlarmName}`,
});

export async function DeleteScalingPolicy(ctx: Context, input: DeleteScalingPolicyCommandInput) {
  const key = keyFrom(input);
  const policy = policies(ctx).get(keyOf(key, input.PolicyName ?? ''));
  if (!policy) throw objectNotFound('scaling policy found', key);
  policies(ctx).delete(keyOf(key, policy.PolicyName));
  const target = targets(ctx).get(keyOf(key));
  if (target) await deleteAlarms(ctx, target, policy.alarmNames);
  return {};
}

export async function DescribeScalingPolicies(ctx: Context, input: DescribeScalingPoliciesCommandInput) {
  const { PolicyNames = [], ServiceNamespace, ResourceId, ScalableDimension } = input;
  const found = policies(ctx)
    .values()
    .filter((one) => one.ServiceNamespace === ServiceNamespace)
    .filter((one) => ResourceId === undefined || one.ResourceId === ResourceId)
    .filter((one) => ScalableDimension === undefined || one.ScalableDimension === ScalableDimension)
    .filter(({ PolicyName }) => PolicyNames.length === 0 || PolicyNames.includes(PolicyName));
  const { page, ...rest } = paged(found, input);
  return { ScalingPolicies: await Promise.all(page.map((policy) => describe(ctx, policy))), ...rest };
}

/** Its alarms are those it made, or those that name it. */
async function describe(ctx: Context, { alarmNames, createdMs, ...policy }: Policy) {
  const names = alarmNames.length > 0 ? alarmNames : await alarmsNaming(ctx, policy);
  return { ...policy, Alarms: names.map((name) => alarmOf(ctx, name)), CreationTime: new Date(createdMs) };
}

async function alarmsNaming(ctx: Context, policy: Omit<Policy, 'alarmNames' | 'createdMs'>): Promise<string[]> {
  if (!ctx.engine(registry).services.has('cloudwatch')) return [];
  const service = asApplicationAutoScaling(ctx, ctx, policy);
  try {
    const { MetricAlarms } = await service.call<{ MetricAlarms: { AlarmName: string }[] }>(
      'cloudwatch',
      'DescribeAlarms',
      { ActionPrefix: policy.PolicyARN },
    );
    return MetricAlarms.map(({ AlarmName }) => AlarmName);
  } finally {
    service.trace.end();
  }
}
