import type { TargetGroup as Described } from '@aws-sdk/client-elastic-load-balancing-v2';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';
import { targetGroupAttributes } from '../behaviour/attributes.ts';
import { dimensionOf } from '../state.ts';
import { withResets } from './attributes.ts';
import { type Tags, updateTags } from './tags.ts';
import { typed } from './typed.ts';

interface Target {
  Id: string;
  Port?: number;
  AvailabilityZone?: string;
}

interface TargetGroupProperties {
  Name?: string;
  TargetType?: string;
  Targets?: Target[];
  TargetGroupAttributes?: { Key?: string; Value?: string }[];
  Tags?: Tags;
  [setting: string]: unknown;
}

/** AWS::ElasticLoadBalancingV2::TargetGroup. Ref is the ARN. */
export const TargetGroup = defineResource<TargetGroupProperties>({
  type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
  properties: {
    Name: 'executed',
    TargetType: 'executed',
    Protocol: 'executed',
    ProtocolVersion: 'executed',
    IpAddressType: 'executed',
    Port: 'executed',
    VpcId: 'executed',
    HealthCheckEnabled: 'executed',
    HealthCheckProtocol: 'executed',
    HealthCheckPort: 'executed',
    HealthCheckPath: 'executed',
    HealthCheckIntervalSeconds: 'executed',
    HealthCheckTimeoutSeconds: 'executed',
    HealthyThresholdCount: 'executed',
    UnhealthyThresholdCount: 'executed',
    Matcher: 'executed',
    'Matcher.GrpcCode': { refused: 'targets are asked over HTTP/1.1.' },
    Targets: 'executed',
    'Targets.QuicServerId': { refused: 'targets are asked over HTTP/1.1.' },
    TargetGroupAttributes: 'executed',
    Tags: 'stored',
    TargetControlPort: { refused: 'targets take requests as they come.' },
  },
  async create(ctx, { Targets = [], TargetGroupAttributes, Tags, ...settings }) {
    const tags = tagListOf(ctx, Tags);
    const { TargetGroups } = await ctx.call<{ TargetGroups: Described[] }>('elbv2', 'CreateTargetGroup', {
      ...typed(settings),
      Name: settings.Name ?? ctx.generateName({ maxLength: 32 }),
      ...(tags.length > 0 ? { Tags: tags } : {}),
    });
    const arn = TargetGroups[0]?.TargetGroupArn ?? '';
    await setAttributes(
      ctx,
      arn,
      withResets(targetGroupAttributes(typeOf(settings), String(settings.Protocol)), TargetGroupAttributes),
    );
    await register(ctx, arn, Targets, []);
    return state(ctx, arn);
  },
  async update(ctx, TargetGroupArn, properties, previous) {
    const settings = Object.entries(properties).filter(([name]) =>
      /^(HealthCheck|Healthy|Unhealthy|Matcher)/.test(name),
    );
    if (settings.length > 0)
      await ctx.call('elbv2', 'ModifyTargetGroup', { TargetGroupArn, ...typed(Object.fromEntries(settings)) });
    const { TargetGroupAttributes: now, Targets = [], Tags } = properties;
    const defaults = targetGroupAttributes(typeOf(properties), String(properties.Protocol));
    await setAttributes(ctx, TargetGroupArn, withResets(defaults, now, previous.TargetGroupAttributes));
    await register(ctx, TargetGroupArn, Targets, previous.Targets ?? []);
    await updateTags(ctx, TargetGroupArn, Tags, previous.Tags);
    return state(ctx, TargetGroupArn);
  },
  async delete(ctx, TargetGroupArn) {
    await ctx.call('elbv2', 'DeleteTargetGroup', { TargetGroupArn });
  },
  async read(ctx, arn) {
    const found = await find(ctx, arn);
    if (!found) return undefined;
    const { TargetGroupName, TargetGroupArn: _arn, LoadBalancerArns: _users, ...settings } = found;
    return { ...settings, ...(TargetGroupName ? { Name: TargetGroupName } : {}) };
  },
});

const typeOf = ({ TargetType }: { TargetType?: string }) =>
  TargetType === 'lambda' || TargetType === 'ip' ? TargetType : 'instance';

async function setAttributes(ctx: ResourceContext, TargetGroupArn: string, Attributes: object[]): Promise<void> {
  if (Attributes.length > 0) await ctx.call('elbv2', 'ModifyTargetGroupAttributes', { TargetGroupArn, Attributes });
}

async function register(
  ctx: ResourceContext,
  TargetGroupArn: string,
  now: readonly Target[],
  before: readonly Target[],
): Promise<void> {
  const keys = new Set(now.map((target) => JSON.stringify(typed(target))));
  const gone = before.map((target) => typed(target)).filter((target) => !keys.has(JSON.stringify(target)));
  if (gone.length > 0) await ctx.call('elbv2', 'DeregisterTargets', { TargetGroupArn, Targets: gone });
  if (now.length > 0)
    await ctx.call('elbv2', 'RegisterTargets', { TargetGroupArn, Targets: now.map((target) => typed(target)) });
}

async function find(ctx: ResourceContext, arn: string): Promise<Described | undefined> {
  try {
    const { TargetGroups } = await ctx.call<{ TargetGroups: Described[] }>('elbv2', 'DescribeTargetGroups', {
      TargetGroupArns: [arn],
    });
    return TargetGroups[0];
  } catch (error) {
    if ((error as { code?: string }).code === 'TargetGroupNotFound') return undefined;
    throw error;
  }
}

async function state(ctx: ResourceContext, arn: string): Promise<ResourceState> {
  const found = await find(ctx, arn);
  return {
    physicalId: arn,
    attributes: {
      TargetGroupArn: arn,
      TargetGroupFullName: dimensionOf(arn),
      TargetGroupName: found?.TargetGroupName,
      LoadBalancerArns: found?.LoadBalancerArns,
    },
  };
}
