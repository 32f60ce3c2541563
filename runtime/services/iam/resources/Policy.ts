import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { type AttachedIdentity, droppedIdentities, type IdentityLists, identitiesOf } from './attached-identities.ts';
import { documentText, orUndo, unlessGone } from './identity-policies.ts';

interface PolicyProperties extends IdentityLists {
  PolicyName: string;
  PolicyDocument: object | string;
}

/** AWS::IAM::Policy: an inline policy, put on each of the identities it names (CloudFormation Template Reference). */
export const Policy = defineResource<PolicyProperties>({
  type: 'AWS::IAM::Policy',
  properties: {
    Groups: 'executed',
    PolicyDocument: 'executed',
    PolicyName: 'executed',
    Roles: 'executed',
    Users: 'executed',
  },
  async create(ctx, properties) {
    await orUndo(
      () => put(ctx, properties),
      () => remove(ctx, properties.PolicyName, identitiesOf(properties)),
    );
    const physicalId = ctx.generateName();
    return { physicalId, attributes: { Id: physicalId } };
  },
  async update(ctx, physicalId, properties, previous) {
    await put(ctx, properties);
    const renamed = properties.PolicyName !== previous.PolicyName;
    const dropped = renamed ? identitiesOf(previous) : droppedIdentities(previous, properties);
    await remove(ctx, previous.PolicyName, dropped);
    return { physicalId, attributes: { Id: physicalId } };
  },
  delete: (ctx, _physicalId, properties) => remove(ctx, properties.PolicyName, identitiesOf(properties)),
});

async function put(ctx: ResourceContext, properties: PolicyProperties): Promise<void> {
  const { PolicyName } = properties;
  const identities = identitiesOf(properties);
  if (identities.length === 0) {
    throw new AwsError('ValidationError', 'At least one of [Groups,Roles,Users] must be non-empty.');
  }
  const PolicyDocument = documentText(properties.PolicyDocument);
  for (const { kind, name } of identities) {
    await ctx.call('iam', `Put${kind}Policy`, { [`${kind}Name`]: name, PolicyName, PolicyDocument });
  }
}

async function remove(ctx: ResourceContext, PolicyName: string, identities: AttachedIdentity[]): Promise<void> {
  for (const { kind, name } of identities) {
    await unlessGone(ctx.call('iam', `Delete${kind}Policy`, { [`${kind}Name`]: name, PolicyName }));
  }
}
