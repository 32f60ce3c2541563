import { defineResource, type ResourceContext, type ResourceType } from '../../../kernel/resource.ts';
import { permissionOf, type RuleProperties, ruleProperties } from './group-rule.ts';
import { unlessGone } from './taking-down.ts';

interface OwnRuleProperties extends RuleProperties {
  GroupId?: string;
  GroupName?: string;
}

/** AWS::EC2::SecurityGroupIngress and AWS::EC2::SecurityGroupEgress. Ref is the rule's id. */
export const SecurityGroupIngress = ruleResource('Ingress');
export const SecurityGroupEgress = ruleResource('Egress');

function ruleResource(direction: 'Ingress' | 'Egress'): ResourceType {
  const other = direction === 'Ingress' ? 'Destination' : 'Source';
  const own = Object.entries(ruleProperties).filter(([name]) => !name.startsWith(other));
  return defineResource<OwnRuleProperties>({
    type: `AWS::EC2::SecurityGroup${direction}`,
    properties: {
      GroupId: 'executed',
      ...(direction === 'Ingress' ? { GroupName: 'executed' } : {}),
      ...Object.fromEntries(own),
    },
    create: (ctx, properties) => authorize(ctx, direction, properties),
    async update(ctx, id, properties, previous) {
      await revoke(ctx, direction, id, previous);
      return authorize(ctx, direction, properties);
    },
    delete: (ctx, id, properties) => revoke(ctx, direction, id, properties),
  });
}

async function authorize(ctx: ResourceContext, direction: string, { GroupId, GroupName, ...rule }: OwnRuleProperties) {
  const { SecurityGroupRules } = await ctx.call<{ SecurityGroupRules: { SecurityGroupRuleId: string }[] }>(
    'ec2',
    `AuthorizeSecurityGroup${direction}`,
    { GroupId, GroupName, IpPermissions: [permissionOf(rule)] },
  );
  const Id = SecurityGroupRules[0]?.SecurityGroupRuleId ?? '';
  return { physicalId: Id, attributes: { Id } };
}

function revoke(
  ctx: ResourceContext,
  direction: string,
  id: string,
  { GroupId, GroupName }: OwnRuleProperties,
): Promise<void> {
  return unlessGone(
    ctx.call('ec2', `RevokeSecurityGroup${direction}`, { GroupId, GroupName, SecurityGroupRuleIds: [id] }),
  );
}
