import type { ResourceType } from '../../../kernel/resource.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { documentText, type IdentityKind, unlessGone } from './identity-policies.ts';

interface IdentityPolicyProperties {
  PolicyName: string;
  PolicyDocument?: object | string;
  RoleName?: string;
  UserName?: string;
  GroupName?: string;
}

/** AWS::IAM::RolePolicy, UserPolicy and GroupPolicy: one inline policy of one identity. Ref is policy name|identity name. */
export function identityPolicy(kind: IdentityKind): ResourceType {
  const nameOf = (properties: IdentityPolicyProperties): string => properties[`${kind}Name`] ?? '';
  const put = async (ctx: ResourceContext, properties: IdentityPolicyProperties): Promise<{ physicalId: string }> => {
    const name = nameOf(properties);
    const { PolicyName, PolicyDocument = '' } = properties;
    const input = { [`${kind}Name`]: name, PolicyName, PolicyDocument: documentText(PolicyDocument) };
    await ctx.call('iam', `Put${kind}Policy`, input);
    return { physicalId: `${PolicyName}|${name}` };
  };
  return defineResource<IdentityPolicyProperties>({
    type: `AWS::IAM::${kind}Policy`,
    properties: { PolicyName: 'executed', PolicyDocument: 'executed', [`${kind}Name`]: 'executed' },
    create: put,
    update: (ctx, _physicalId, properties) => put(ctx, properties),
    async delete(ctx, _physicalId, properties) {
      const input = { [`${kind}Name`]: nameOf(properties), PolicyName: properties.PolicyName };
      await unlessGone(ctx.call('iam', `Delete${kind}Policy`, input));
    },
    async read(ctx, physicalId) {
      const [PolicyName = '', name = ''] = physicalId.split('|');
      const input = { [`${kind}Name`]: name, PolicyName };
      const answer = await unlessGone(ctx.call<{ PolicyDocument: string }>('iam', `Get${kind}Policy`, input));
      if (!answer) return undefined;
      const PolicyDocument = JSON.parse(decodeURIComponent(answer.PolicyDocument)) as object;
      return { PolicyName, PolicyDocument, [`${kind}Name`]: name };
    },
  });
}
