import type {
  DeletePolicyCommandInput,
  DescribePoliciesCommandInput,
  ExecutePolicyCommandInput,
  PutScalingPolicyCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context } from '../../../kernel/service.ts';
import { asAutoScaling } from '../behaviour/as-autoscaling.ts';
import { mustFind } from '../behaviour/input.ts';
import { paged } from '../behaviour/paging.ts';
import { AdjustmentTypes, policySettings } from '../behaviour/policy-rules.ts';
import { execute, type Occasion } from '../behaviour/scaling.ts';
import { deleteAlarms, putAlarms } from '../behaviour/tracking-alarms.ts';
import { limitExceeded, validationError } from '../errors.ts';
import { findGroup, keyOf, ofGroup, type Policy, policies, policyArn } from '../state.ts';

/** "Quotas for Auto Scaling": policies per group. */
const mostPolicies = 50;

export async function PutScalingPolicy(ctx: Context, input: PutScalingPolicyCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const { PolicyName = '', Enabled = true } = input;
  const { AutoScalingGroupName } = group;
  if (!/^[^:]{1,255}$/.test(PolicyName)) throw validationError('Policy names have 1 to 255 characters, and no colon.');
  const settings = policySettings(input);
  const before = policies(ctx).get(keyOf(AutoScalingGroupName, PolicyName));
  if (!before && ofGroup(policies(ctx), AutoScalingGroupName).length >= mostPolicies)
    throw limitExceeded(`You have reached the limit of ${mostPolicies} scaling policies for the group.`);
  const policy: Policy = {
    AutoScalingGroupName,
    PolicyName,
    PolicyARN: before?.PolicyARN ?? policyArn(ctx, ctx.ids.uuid(), AutoScalingGroupName, PolicyName),
    ...settings,
    alarmNames: before?.alarmNames ?? [],
    Enabled,
  };
  // Known before its alarms name it.
  policies(ctx).put(keyOf(AutoScalingGroupName, PolicyName), policy);
  const tracks = policy.PolicyType === 'TargetTrackingScaling';
  try {
    const alarmNames = tracks ? await putAlarms(ctx, group, policy) : [];
    if (!tracks) await deleteAlarms(ctx, policy.alarmNames);
    policies(ctx).put(keyOf(AutoScalingGroupName, PolicyName), { ...policy, alarmNames });
    return { PolicyARN: policy.PolicyARN, Alarms: alarmNames.map((name) => alarmOf(ctx, name)) };
  } catch (error) {
    if (before) policies(ctx).put(keyOf(AutoScalingGroupName, PolicyName), before);
    else policies(ctx).delete(keyOf(AutoScalingGroupName, PolicyName));
    throw error;
  }
}

const alarmOf = ({ account, region }: Context, AlarmName: string) => ({
  AlarmName,
  AlarmARN: `arn:aws:cloudwatch:${region}:${account}:alarm:${AlarmName}`,
});

export async function DescribePolicies(ctx: Context, input: DescribePoliciesCommandInput) {
  const { AutoScalingGroupName: name, PolicyNames = [], PolicyTypes = [] } = input;
  const found = policies(ctx)
    .values()
    .filter(({ AutoScalingGroupName }) => name === undefined || AutoScalingGroupName === name)
    .filter((policy) => PolicyNames.length === 0 || PolicyNames.some((one) => isNamed(policy, one)))
    .filter(({ PolicyType }) => PolicyTypes.length === 0 || PolicyTypes.includes(PolicyType));
  const { page, ...rest } = paged(found, input);
  const ScalingPolicies = await Promise.all(page.map((policy) => describe(ctx, policy)));
  return { ScalingPolicies, ...rest };
}

const isNamed = ({ PolicyName, PolicyARN }: Policy, name: string): boolean => name === PolicyName || name === PolicyARN;

/** Its alarms are those it made, or those that name it. */
async function describe(ctx: Context, { alarmNames, ...policy }: Policy) {
  const names = alarmNames.length > 0 ? alarmNames : await alarmsNaming(ctx, policy.PolicyARN);
  return { StepAdjustments: [], ...policy, Alarms: names.map((name) => alarmOf(ctx, name)) };
}

async function alarmsNaming(ctx: Context, ActionPrefix: string): Promise<string[]> {
  if (!ctx.engine(registry).services.has('cloudwatch')) return [];
  const service = asAutoScaling(ctx, ctx);
  try {
    const { MetricAlarms } = await service.call<{ MetricAlarms: { AlarmName: string }[] }>(
      'cloudwatch',
      'DescribeAlarms',
      { ActionPrefix },
    );
    return MetricAlarms.map(({ AlarmName }) => AlarmName);
  } finally {
    service.trace.end();
  }
}

export async function DeletePolicy(ctx: Context, input: DeletePolicyCommandInput) {
  const policy = mustFindPolicy(ctx, input);
  await deleteAlarms(ctx, policy.alarmNames);
  policies(ctx).delete(keyOf(policy.AutoScalingGroupName, policy.PolicyName));
  return {};
}

/** Asked for by somebody, or by CloudWatch when an alarm goes off; then the alarm is the ARN it acts for. */
export async function ExecutePolicy(ctx: Context, input: ExecutePolicyCommandInput) {
  const policy = mustFindPolicy(ctx, input);
  const group = mustFind(ctx, policy.AutoScalingGroupName);
  const { principal } = ctx;
  const alarmArn = principal.kind === 'service' ? principal.sourceArn : undefined;
  if (alarmArn === undefined) {
    refuseByHand(policy, input);
    await execute(ctx, group, policy, { honorCooldown: input.HonorCooldown ?? false, ...measured(input) });
  } else if (policy.Enabled && !group.suspended.AlarmNotification)
    await execute(ctx, group, policy, { alarmName: alarmArn.split(':alarm:')[1] ?? alarmArn, ...measured(input) });
  return {};
}

const measured = ({ MetricValue, BreachThreshold }: ExecutePolicyCommandInput): Occasion => ({
  value: MetricValue,
  threshold: BreachThreshold,
});

function refuseByHand({ PolicyType, PolicyName }: Policy, input: ExecutePolicyCommandInput): void {
  if (PolicyType === 'TargetTrackingScaling')
    throw validationError(`Policy ${PolicyName} of type TargetTrackingScaling is executed by its own alarms alone.`);
  if (PolicyType !== 'SimpleScaling' && input.HonorCooldown !== undefined)
    throw validationError('HonorCooldown is supported for policies of type SimpleScaling alone.');
  if (PolicyType !== 'StepScaling' && (input.MetricValue ?? input.BreachThreshold) !== undefined)
    throw validationError('MetricValue and BreachThreshold are supported for policies of type StepScaling alone.');
}

/** By its ARN, or by its name in the group. */
function mustFindPolicy(
  ctx: Context,
  { AutoScalingGroupName: group, PolicyName = '' }: DeletePolicyCommandInput | ExecutePolicyCommandInput,
): Policy {
  const byArn = PolicyName.startsWith('arn:');
  if (!byArn && group === undefined) throw validationError('AutoScalingGroupName is required with a policy name.');
  if (!byArn && !findGroup(ctx, group)) mustFind(ctx, group);
  const found = byArn
    ? policies(ctx)
        .values()
        .find(({ PolicyARN }) => PolicyARN === PolicyName)
    : policies(ctx).get(keyOf(group ?? '', PolicyName));
  if (!found) throw validationError(`PolicyName not found - Policy '${PolicyName}' not found`);
  return found;
}

export function DescribeAdjustmentTypes() {
  return { AdjustmentTypes: AdjustmentTypes.map((AdjustmentType) => ({ AdjustmentType })) };
}
