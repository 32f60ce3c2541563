import type { IpPermission } from '@aws-sdk/client-ec2';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { permissionOf, type RuleProperties, ruleProperties } from './group-rule.ts';
import { retag, tagSpecification, unlessGone } from './taking-down.ts';

interface GroupProperties {
  GroupDescription: string;
  GroupName?: string;
  VpcId?: string;
  SecurityGroupIngress?: RuleProperties[];
  SecurityGroupEgress?: RuleProperties[];
  Tags?: { Key: string; Value: string }[];
}

const allOut: IpPermission = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };

/** AWS::EC2::SecurityGroup. Ref is the group's id. Rules for what goes out take the place of the one that lets all out. */
export const SecurityGroup = defineResource<GroupProperties>({
  type: 'AWS::EC2::SecurityGroup',
  properties: {
    GroupDescription: 'stored',
    GroupName: 'executed',
    VpcId: 'executed',
    ...under('SecurityGroupIngress'),
    ...under('SecurityGroupEgress'),
    Tags: 'stored',
  },
  async create(ctx, { GroupDescription, GroupName, VpcId, Tags, ...rules }) {
    const { GroupId } = await ctx.call<{ GroupId: string }>('ec2', 'CreateSecurityGroup', {
      GroupName: GroupName ?? ctx.generateName({ maxLength: 255 }),
      Description: GroupDescription,
      VpcId,
      ...tagSpecification(ctx, 'security-group', Tags),
    });
    await authorize(ctx, 'Ingress', GroupId, permissionsIn(rules));
    const out = permissionsOut(rules);
    if (out) {
      await ctx.call('ec2', 'RevokeSecurityGroupEgress', { GroupId, IpPermissions: [allOut] });
      await authorize(ctx, 'Egress', GroupId, out);
    }
    return describe(ctx, GroupId);
  },
  async update(ctx, GroupId, properties, previous) {
    await change(ctx, 'Ingress', GroupId, permissionsIn(previous), permissionsIn(properties));
    await change(ctx, 'Egress', GroupId, permissionsOut(previous) ?? [allOut], permissionsOut(properties) ?? [allOut]);
    await retag(ctx, GroupId, properties.Tags, previous.Tags);
    return describe(ctx, GroupId);
  },
  delete: (ctx, GroupId) => unlessGone(ctx.call('ec2', 'DeleteSecurityGroup', { GroupId })),
});

function under(list: string): Record<string, 'executed'> {
  return Object.fromEntries(
    [list, ...Object.keys(ruleProperties).map((name) => `${list}.${name}`)].map((path) => [path, 'executed']),
  );
}

function permissionsIn({ SecurityGroupIngress = [] }: Pick<GroupProperties, 'SecurityGroupIngress'>): IpPermission[] {
  return SecurityGroupIngress.map(permissionOf);
}

function permissionsOut({
  SecurityGroupEgress,
}: Pick<GroupProperties, 'SecurityGroupEgress'>): IpPermission[] | undefined {
  return SecurityGroupEgress && SecurityGroupEgress.length > 0 ? SecurityGroupEgress.map(permissionOf) : undefined;
}

async function authorize(
  ctx: ResourceContext,
  direction: 'Ingress' | 'Egress',
  GroupId: string,
  IpPermissions: IpPermission[],
): Promise<void> {
  if (IpPermissions.length > 0) await ctx.call('ec2', `AuthorizeSecurityGroup${direction}`, { GroupId, IpPermissions });
}

/** A rule whose description alone changed is the same to EC2, so what is gone goes first. */
async function change(
  ctx: ResourceContext,
  direction: 'Ingress' | 'Egress',
  GroupId: string,
  before: IpPermission[],
  now: IpPermission[],
): Promise<void> {
  const [old, wanted] = [before, now].map((list) => new Map(list.map((each) => [JSON.stringify(each), each]))) as [
    Map<string, IpPermission>,
    Map<string, IpPermission>,
  ];
  const gone = [...old].filter(([key]) => !wanted.has(key)).map(([, permission]) => permission);
  const added = [...wanted].filter(([key]) => !old.has(key)).map(([, permission]) => permission);
  if (gone.length > 0)
    await unlessGone(ctx.call('ec2', `RevokeSecurityGroup${direction}`, { GroupId, IpPermissions: gone }));
  await authorize(ctx, direction, GroupId, added);
}

async function describe(ctx: ResourceContext, GroupId: string) {
  const { SecurityGroups } = await ctx.call<{ SecurityGroups: { VpcId: string }[] }>('ec2', 'DescribeSecurityGroups', {
    GroupIds: [GroupId],
  });
  return { physicalId: GroupId, attributes: { GroupId, Id: GroupId, VpcId: SecurityGroups[0]?.VpcId } };
}
