import type { GetGroupCommandOutput } from '@aws-sdk/client-iam';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import {
  applyPolicies,
  clearPolicies,
  type IdentityProperties,
  orUndo,
  readPolicies,
  unlessGone,
} from './identity-policies.ts';

interface GroupProperties extends IdentityProperties {
  GroupName?: string;
  Path?: string;
}

/** AWS::IAM::Group (CloudFormation Template Reference). Ref is the name. */
export const Group = defineResource<GroupProperties>({
  type: 'AWS::IAM::Group',
  properties: { GroupName: 'executed', ManagedPolicyArns: 'executed', Path: 'executed', Policies: 'executed' },
  async create(ctx, properties) {
    const GroupName = properties.GroupName ?? ctx.generateName({ maxLength: 128 });
    const { Group } = await ctx.call<GetGroupCommandOutput>('iam', 'CreateGroup', { GroupName, Path: properties.Path });
    await orUndo(
      () => applyPolicies(ctx, 'Group', GroupName, properties),
      () => remove(ctx, GroupName),
    );
    return { physicalId: GroupName, attributes: { Arn: Group?.Arn } };
  },
  async update(ctx, GroupName, properties, previous) {
    await ctx.call('iam', 'UpdateGroup', { GroupName, NewPath: properties.Path ?? '/' });
    await applyPolicies(ctx, 'Group', GroupName, properties, previous);
    const { Group } = await ctx.call<GetGroupCommandOutput>('iam', 'GetGroup', { GroupName });
    return { physicalId: GroupName, attributes: { Arn: Group?.Arn } };
  },
  delete: (ctx, GroupName) => remove(ctx, GroupName),
  async read(ctx, GroupName) {
    const answer = await unlessGone(ctx.call<GetGroupCommandOutput>('iam', 'GetGroup', { GroupName }));
    if (!answer) return undefined;
    return { ...(await readPolicies(ctx, 'Group', GroupName)), GroupName, Path: answer.Group?.Path ?? '/' };
  },
});

async function remove(ctx: ResourceContext, GroupName: string): Promise<void> {
  const answer = await unlessGone(ctx.call<GetGroupCommandOutput>('iam', 'GetGroup', { GroupName, MaxItems: 1000 }));
  if (!answer) return;
  for (const { UserName } of answer.Users ?? []) await ctx.call('iam', 'RemoveUserFromGroup', { GroupName, UserName });
  await clearPolicies(ctx, 'Group', GroupName);
  await ctx.call('iam', 'DeleteGroup', { GroupName });
}
