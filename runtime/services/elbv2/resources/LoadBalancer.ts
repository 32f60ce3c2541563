import type { LoadBalancer as Described } from '@aws-sdk/client-elastic-load-balancing-v2';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';
import { attributeFidelity, attributesOf, loadBalancerAttributes, networkAttributes } from '../behaviour/attributes.ts';
import { dimensionOf } from '../state.ts';
import { withResets } from './attributes.ts';
import { type Tags, updateTags } from './tags.ts';

interface LoadBalancerProperties {
  Name?: string;
  Type?: string;
  Scheme?: string;
  IpAddressType?: string;
  Subnets?: string[];
  SubnetMappings?: { SubnetId: string; AllocationId?: string; PrivateIPv4Address?: string }[];
  SecurityGroups?: string[];
  LoadBalancerAttributes?: { Key?: string; Value?: string }[];
  Tags?: Tags;
}

/** AWS::ElasticLoadBalancingV2::LoadBalancer. Ref is the ARN. */
export const LoadBalancer = defineResource<LoadBalancerProperties>({
  type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
  properties: {
    Name: 'executed',
    Type: 'executed',
    Scheme: 'executed',
    IpAddressType: 'executed',
    Subnets: 'executed',
    SubnetMappings: 'executed',
    SecurityGroups: 'executed',
    LoadBalancerAttributes: 'executed',
    ...attributeFidelity('LoadBalancerAttributes', { ...networkAttributes, ...loadBalancerAttributes }),
    Tags: 'stored',
  },
  async create(ctx, { LoadBalancerAttributes, Tags, ...properties }) {
    const { LoadBalancers } = await ctx.call<{ LoadBalancers: Described[] }>('elbv2', 'CreateLoadBalancer', {
      ...properties,
      Name: properties.Name ?? ctx.generateName({ maxLength: 32 }),
      ...tagged(ctx, Tags),
    });
    const arn = LoadBalancers[0]?.LoadBalancerArn ?? '';
    await setAttributes(ctx, arn, withResets(attributesOf(typeOf(properties)), LoadBalancerAttributes));
    return state(ctx, arn);
  },
  async update(ctx, LoadBalancerArn, properties, previous) {
    const { Subnets, SubnetMappings, SecurityGroups } = properties;
    const changed = (name: keyof LoadBalancerProperties) =>
      JSON.stringify(properties[name]) !== JSON.stringify(previous[name]);
    if (changed('Subnets') || changed('SubnetMappings'))
      await ctx.call('elbv2', 'SetSubnets', { LoadBalancerArn, Subnets, SubnetMappings });
    if (changed('SecurityGroups') && SecurityGroups)
      await ctx.call('elbv2', 'SetSecurityGroups', { LoadBalancerArn, SecurityGroups });
    await setAttributes(
      ctx,
      LoadBalancerArn,
      withResets(attributesOf(typeOf(properties)), properties.LoadBalancerAttributes, previous.LoadBalancerAttributes),
    );
    await updateTags(ctx, LoadBalancerArn, properties.Tags, previous.Tags);
    return state(ctx, LoadBalancerArn);
  },
  async delete(ctx, LoadBalancerArn) {
    await ctx.call('elbv2', 'DeleteLoadBalancer', { LoadBalancerArn });
  },
  async read(ctx, LoadBalancerArn) {
    const found = await find(ctx, LoadBalancerArn);
    if (!found) return undefined;
    const { LoadBalancerName, Scheme, Type, SecurityGroups = [], AvailabilityZones = [] } = found;
    return {
      ...(LoadBalancerName ? { Name: LoadBalancerName } : {}),
      ...(Scheme ? { Scheme } : {}),
      ...(Type ? { Type } : {}),
      SecurityGroups,
      Subnets: AvailabilityZones.flatMap(({ SubnetId }) => (SubnetId ? [SubnetId] : [])),
    };
  },
});

const typeOf = ({ Type }: LoadBalancerProperties) => (Type === 'network' ? 'network' : 'application');

function tagged(ctx: ResourceContext, own: Tags | undefined): { Tags?: Tags } {
  const tags = tagListOf(ctx, own);
  return tags.length > 0 ? { Tags: tags } : {};
}

async function setAttributes(ctx: ResourceContext, LoadBalancerArn: string, Attributes: object[]): Promise<void> {
  if (Attributes.length > 0) await ctx.call('elbv2', 'ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes });
}

async function find(ctx: ResourceContext, arn: string): Promise<Described | undefined> {
  try {
    const { LoadBalancers } = await ctx.call<{ LoadBalancers: Described[] }>('elbv2', 'DescribeLoadBalancers', {
      LoadBalancerArns: [arn],
    });
    return LoadBalancers[0];
  } catch (error) {
    if ((error as { code?: string }).code === 'LoadBalancerNotFound') return undefined;
    throw error;
  }
}

async function state(ctx: ResourceContext, arn: string): Promise<ResourceState> {
  const found = await find(ctx, arn);
  return {
    physicalId: arn,
    attributes: {
      LoadBalancerArn: arn,
      DNSName: found?.DNSName,
      CanonicalHostedZoneID: found?.CanonicalHostedZoneId,
      LoadBalancerFullName: dimensionOf(arn),
      LoadBalancerName: found?.LoadBalancerName,
      SecurityGroups: found?.SecurityGroups,
    },
  };
}
