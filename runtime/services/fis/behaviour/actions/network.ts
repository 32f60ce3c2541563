import { AwsError } from '../../../../kernel/errors.ts';
import type { Context } from '../../../../kernel/service.ts';
import { validation } from '../../errors.ts';
import { durationMs } from '../durations.ts';
import { type ActionType, duration } from './action.ts';

/** "Scope" of the action in "AWS FIS actions reference"; the others name prefix lists of AWS's own addresses. */
const scopes = ['all', 'availability-zone', 'vpc'];

interface Subnet {
  SubnetId: string;
  VpcId: string;
  AvailabilityZone: string;
  CidrBlock: string;
}

interface Acl {
  NetworkAclId: string;
  Associations?: { NetworkAclAssociationId: string; SubnetId: string }[];
  Entries?: Entry[];
}

interface Entry {
  RuleNumber: number;
  Egress: boolean;
  [more: string]: unknown;
}

interface Cut {
  subnetId: string;
  /** The network ACL it had. */
  before: string;
  /** The one that denies, ours to delete. */
  during: string;
}

/**
 * As FIS does it: each subnet gets a copy of its network ACL that begins with entries which deny, and its own back at the
 * end ("aws:network:disrupt-connectivity"). Network ACLs do not see traffic within a subnet.
 */
export const disruptConnectivity: ActionType = {
  id: 'aws:network:disrupt-connectivity',
  description: 'Denies traffic of the subnets, by a network ACL.',
  target: { name: 'Subnets', resourceType: 'aws:ec2:subnet' },
  parameters: {
    ...duration,
    scope: {
      description:
        'all: everything into and out of the subnet. availability-zone: to and from subnets of other zones. vpc: into and out of the VPC.',
      required: true,
    },
  },
  check({ scope = '' }) {
    if (scopes.includes(scope)) return;
    throw validation(
      ['s3', 'dynamodb', 'prefix-list'].includes(scope)
        ? `The scope ${scope} is refused: Orrery has no prefix lists of AWS's addresses. It runs ${scopes.join(', ')}.`
        : `The parameter scope is "${scope}", and must be one of ${scopes.join(', ')}.`,
    );
  },
  lastsMs: (parameters) => durationMs(parameters.duration ?? '', 'duration'),
  async begin({ ctx, targets, parameters, keep }) {
    const cuts: Cut[] = [];
    const begun = (one: Cut): void => {
      cuts.push(one);
      keep({ cuts });
    };
    try {
      for (const subnet of await subnetsOf(ctx, targets)) await cut(ctx, subnet, parameters.scope ?? '', begun);
    } catch (error) {
      await mend(ctx, cuts);
      throw error;
    }
  },
  end: async ({ ctx }, { cuts }) => mend(ctx, cuts as Cut[]),
};

async function subnetsOf(ctx: Context, arns: string[]): Promise<Subnet[]> {
  const SubnetIds = arns.map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
  const { Subnets } = await ctx.call<{ Subnets: Subnet[] }>('ec2', 'DescribeSubnets', { SubnetIds });
  return Subnets;
}

async function cut(ctx: Context, subnet: Subnet, scope: string, begun: (one: Cut) => void): Promise<void> {
  const own = await aclOf(ctx, subnet.SubnetId);
  if (!own) return;
  const { NetworkAcl } = await ctx.call<{ NetworkAcl: { NetworkAclId: string } }>('ec2', 'CreateNetworkAcl', {
    VpcId: subnet.VpcId,
    TagSpecifications: [{ ResourceType: 'network-acl', Tags: [{ Key: 'managedByFIS', Value: 'true' }] }],
  });
  const NetworkAclId = NetworkAcl.NetworkAclId;
  begun({ subnetId: subnet.SubnetId, before: own.acl.NetworkAclId, during: NetworkAclId });
  const rules = await rulesOf(ctx, subnet, scope);
  for (const Egress of [true, false]) {
    // The last entry of every network ACL, *, is there without being made.
    const kept = (own.acl.Entries ?? []).filter((entry) => entry.Egress === Egress && entry.RuleNumber !== 32767);
    const entries = [...rules, ...kept.sort((a, b) => a.RuleNumber - b.RuleNumber)];
    for (const [index, entry] of entries.entries())
      await ctx.call('ec2', 'CreateNetworkAclEntry', { ...entry, NetworkAclId, Egress, RuleNumber: index + 1 });
  }
  await ctx.call('ec2', 'ReplaceNetworkAclAssociation', { AssociationId: own.associationId, NetworkAclId });
}

async function rulesOf(ctx: Context, subnet: Subnet, scope: string): Promise<object[]> {
  const rule = (RuleAction: 'allow' | 'deny', CidrBlock: string) => ({ RuleAction, Protocol: '-1', CidrBlock });
  if (scope === 'all') return [rule('deny', '0.0.0.0/0')];
  const Filters = [{ Name: 'vpc-id', Values: [subnet.VpcId] }];
  const { Subnets } = await ctx.call<{ Subnets: Subnet[] }>('ec2', 'DescribeSubnets', { Filters });
  if (scope === 'vpc') return [...Subnets.map(({ CidrBlock }) => rule('allow', CidrBlock)), rule('deny', '0.0.0.0/0')];
  return Subnets.filter(({ AvailabilityZone }) => AvailabilityZone !== subnet.AvailabilityZone).map(({ CidrBlock }) =>
    rule('deny', CidrBlock),
  );
}

async function mend(ctx: Context, cuts: Cut[]): Promise<void> {
  for (const { subnetId, before, during } of cuts) {
    try {
      const now = await aclOf(ctx, subnetId);
      // Somebody may have given the subnet another one meanwhile, or have deleted it.
      if (now?.acl.NetworkAclId === during)
        await ctx.call('ec2', 'ReplaceNetworkAclAssociation', {
          AssociationId: now.associationId,
          NetworkAclId: before,
        });
      await ctx.call('ec2', 'DeleteNetworkAcl', { NetworkAclId: during });
    } catch (error) {
      if (!(error instanceof AwsError) || !/NotFound$/.test(error.code)) throw error;
    }
  }
}

async function aclOf(ctx: Context, subnetId: string): Promise<{ acl: Acl; associationId: string } | undefined> {
  const Filters = [{ Name: 'association.subnet-id', Values: [subnetId] }];
  const { NetworkAcls = [] } = await ctx.call<{ NetworkAcls?: Acl[] }>('ec2', 'DescribeNetworkAcls', { Filters });
  const [acl] = NetworkAcls;
  const association = acl?.Associations?.find(({ SubnetId }) => SubnetId === subnetId);
  return acl && association ? { acl, associationId: association.NetworkAclAssociationId } : undefined;
}
