import type {
  AttachLoadBalancerTargetGroupsCommandInput,
  AttachTrafficSourcesCommandInput,
  DescribeLoadBalancersCommandInput,
  DescribeLoadBalancerTargetGroupsCommandInput,
  DescribeTrafficSourcesCommandInput,
  DetachLoadBalancerTargetGroupsCommandInput,
  DetachTrafficSourcesCommandInput,
  TrafficSourceIdentifier,
} from '@aws-sdk/client-auto-scaling';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkTargetGroups, mustFind } from '../behaviour/input.ts';
import { deregister, register } from '../behaviour/target-groups.ts';
import { type Group, groups } from '../state.ts';

export async function AttachLoadBalancerTargetGroups(ctx: Context, input: AttachLoadBalancerTargetGroupsCommandInput) {
  await attach(ctx, input.AutoScalingGroupName, input.TargetGroupARNs ?? []);
  return {};
}

export async function DetachLoadBalancerTargetGroups(ctx: Context, input: DetachLoadBalancerTargetGroupsCommandInput) {
  await detach(ctx, input.AutoScalingGroupName, input.TargetGroupARNs ?? []);
  return {};
}

export function DescribeLoadBalancerTargetGroups(ctx: Context, input: DescribeLoadBalancerTargetGroupsCommandInput) {
  const { TargetGroupARNs } = mustFind(ctx, input.AutoScalingGroupName);
  const LoadBalancerTargetGroups = TargetGroupARNs.map((LoadBalancerTargetGroupARN) => ({
    LoadBalancerTargetGroupARN,
    State: 'InService',
  }));
  return { LoadBalancerTargetGroups };
}

export async function AttachTrafficSources(ctx: Context, input: AttachTrafficSourcesCommandInput) {
  await attach(ctx, input.AutoScalingGroupName, targetGroupsIn(input.TrafficSources));
  return {};
}

export async function DetachTrafficSources(ctx: Context, input: DetachTrafficSourcesCommandInput) {
  await detach(ctx, input.AutoScalingGroupName, targetGroupsIn(input.TrafficSources));
  return {};
}

export function DescribeTrafficSources(ctx: Context, input: DescribeTrafficSourcesCommandInput) {
  const { TargetGroupARNs } = mustFind(ctx, input.AutoScalingGroupName);
  if (input.TrafficSourceType !== undefined && input.TrafficSourceType !== 'elbv2') return { TrafficSources: [] };
  return { TrafficSources: TargetGroupARNs.map((Identifier) => ({ Identifier, Type: 'elbv2', State: 'InService' })) };
}

/** Classic load balancers, of which there are none. */
export function DescribeLoadBalancers(ctx: Context, input: DescribeLoadBalancersCommandInput) {
  mustFind(ctx, input.AutoScalingGroupName);
  return { LoadBalancers: [] };
}

function targetGroupsIn(sources: readonly TrafficSourceIdentifier[] | undefined): string[] {
  return (sources ?? []).map(({ Identifier = '', Type = 'elbv2' }) => {
    if (Type !== 'elbv2') throw refused(`autoscaling traffic source of type ${Type}`);
    return Identifier;
  });
}

async function attach(ctx: Context, name: string | undefined, arns: readonly string[]): Promise<void> {
  mustFind(ctx, name);
  await checkTargetGroups(ctx, arns);
  const group = mustFind(ctx, name);
  groups(ctx).put(group.AutoScalingGroupName, {
    ...group,
    TargetGroupARNs: [...new Set([...group.TargetGroupARNs, ...arns])],
  });
  for (const id of inService(group)) await register(ctx, group, id, [...arns]);
}

async function detach(ctx: Context, name: string | undefined, arns: readonly string[]): Promise<void> {
  const group = mustFind(ctx, name);
  const TargetGroupARNs = group.TargetGroupARNs.filter((arn) => !arns.includes(arn));
  groups(ctx).put(group.AutoScalingGroupName, { ...group, TargetGroupARNs });
  for (const id of inService(group)) await deregister(ctx, group, id, [...arns]);
}

function inService({ members }: Group): string[] {
  return members.filter(({ LifecycleState }) => LifecycleState === 'InService').map(({ InstanceId }) => InstanceId);
}
