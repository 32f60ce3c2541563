import type {
  GetUserCommandOutput,
  ListAccessKeysCommandOutput,
  ListGroupsForUserCommandOutput,
} from '@aws-sdk/client-iam';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';
import {
  applyPolicies,
  clearPolicies,
  type IdentityProperties,
  orUndo,
  readPolicies,
  unlessGone,
} from './identity-policies.ts';
import { applyTags, ownTags, type TemplateTag } from './identity-tags.ts';

interface UserProperties extends IdentityProperties {
  Groups?: string[];
  Path?: string;
  PermissionsBoundary?: string;
  Tags?: TemplateTag[];
  UserName?: string;
}

/** AWS::IAM::User (CloudFormation Template Reference). Ref is the name. */
export const User = defineResource<UserProperties>({
  type: 'AWS::IAM::User',
  properties: {
    Groups: 'executed',
    LoginProfile: {
      refused: 'there is no console to sign in to with a password; give the user an AWS::IAM::AccessKey.',
    },
    ManagedPolicyArns: 'executed',
    Path: 'executed',
    PermissionsBoundary: 'executed',
    Policies: 'executed',
    Tags: 'executed',
    UserName: 'executed',
  },
  async create(ctx, properties) {
    const { Path, PermissionsBoundary, UserName = ctx.generateName({ maxLength: 64 }) } = properties;
    const input = { UserName, Path, PermissionsBoundary, Tags: tagListOf(ctx, properties.Tags) };
    const { User } = await ctx.call<GetUserCommandOutput>('iam', 'CreateUser', input);
    const configure = async (): Promise<void> => {
      await applyPolicies(ctx, 'User', UserName, properties);
      for (const GroupName of properties.Groups ?? []) await ctx.call('iam', 'AddUserToGroup', { GroupName, UserName });
    };
    await orUndo(configure, () => remove(ctx, UserName));
    return { physicalId: UserName, attributes: { Arn: User?.Arn } };
  },
  async update(ctx, UserName, properties, previous) {
    const { Path = '/', PermissionsBoundary, Groups = [] } = properties;
    await ctx.call('iam', 'UpdateUser', { UserName, NewPath: Path });
    if (PermissionsBoundary !== undefined) {
      await ctx.call('iam', 'PutUserPermissionsBoundary', { UserName, PermissionsBoundary });
    } else if (previous.PermissionsBoundary !== undefined) {
      await ctx.call('iam', 'DeleteUserPermissionsBoundary', { UserName });
    }
    await applyPolicies(ctx, 'User', UserName, properties, previous);
    await applyTags(ctx, 'User', UserName, properties.Tags, previous.Tags);
    for (const GroupName of previous.Groups ?? []) {
      if (!Groups.includes(GroupName))
        await unlessGone(ctx.call('iam', 'RemoveUserFromGroup', { GroupName, UserName }));
    }
    for (const GroupName of Groups) await ctx.call('iam', 'AddUserToGroup', { GroupName, UserName });
    const { User } = await ctx.call<GetUserCommandOutput>('iam', 'GetUser', { UserName });
    return { physicalId: UserName, attributes: { Arn: User?.Arn } };
  },
  delete: (ctx, UserName) => remove(ctx, UserName),
  async read(ctx, UserName) {
    const answer = await unlessGone(ctx.call<GetUserCommandOutput>('iam', 'GetUser', { UserName }));
    if (!answer?.User) return undefined;
    const { Path = '/', PermissionsBoundary, Tags } = answer.User;
    const { Groups } = await ctx.call<ListGroupsForUserCommandOutput>('iam', 'ListGroupsForUser', { UserName });
    return {
      ...(await readPolicies(ctx, 'User', UserName)),
      UserName,
      Path,
      Groups: (Groups ?? []).map(({ GroupName = '' }) => GroupName),
      Tags: ownTags(ctx, Tags),
      PermissionsBoundary: PermissionsBoundary?.PermissionsBoundaryArn,
    };
  },
});

/** CloudFormation takes the user's keys and memberships away with it. */
async function remove(ctx: ResourceContext, UserName: string): Promise<void> {
  if (!(await unlessGone(ctx.call('iam', 'GetUser', { UserName })))) return;
  await clearPolicies(ctx, 'User', UserName);
  const { Groups } = await ctx.call<ListGroupsForUserCommandOutput>('iam', 'ListGroupsForUser', { UserName });
  for (const { GroupName } of Groups ?? []) await ctx.call('iam', 'RemoveUserFromGroup', { GroupName, UserName });
  const { AccessKeyMetadata } = await ctx.call<ListAccessKeysCommandOutput>('iam', 'ListAccessKeys', { UserName });
  for (const { AccessKeyId } of AccessKeyMetadata ?? [])
    await ctx.call('iam', 'DeleteAccessKey', { UserName, AccessKeyId });
  await ctx.call('iam', 'DeleteUser', { UserName });
}
