import type { CreateRoleCommandOutput, GetRoleCommandOutput } from '@aws-sdk/client-iam';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';
import {
  applyPolicies,
  clearPolicies,
  documentText,
  type IdentityProperties,
  orUndo,
  readPolicies,
  unlessGone,
} from './identity-policies.ts';
import { applyTags, ownTags, type TemplateTag } from './identity-tags.ts';

interface RoleProperties extends IdentityProperties {
  AssumeRolePolicyDocument: object | string;
  Description?: string;
  MaxSessionDuration?: number;
  Path?: string;
  PermissionsBoundary?: string;
  RoleName?: string;
  Tags?: TemplateTag[];
}

/** AWS::IAM::Role (CloudFormation Template Reference). Ref is the name. */
export const Role = defineResource<RoleProperties>({
  type: 'AWS::IAM::Role',
  properties: {
    AssumeRolePolicyDocument: 'executed',
    Description: 'stored',
    ManagedPolicyArns: 'executed',
    MaxSessionDuration: 'executed',
    Path: 'executed',
    PermissionsBoundary: 'executed',
    Policies: 'executed',
    RoleName: 'executed',
    Tags: 'executed',
  },
  async create(ctx, properties) {
    const RoleName = properties.RoleName ?? ctx.generateName({ maxLength: 64 });
    const { Role } = await ctx.call<CreateRoleCommandOutput>('iam', 'CreateRole', {
      RoleName,
      Path: properties.Path,
      Description: properties.Description,
      PermissionsBoundary: properties.PermissionsBoundary,
      AssumeRolePolicyDocument: documentText(properties.AssumeRolePolicyDocument),
      MaxSessionDuration: durationOf(properties),
      Tags: tagListOf(ctx, properties.Tags),
    });
    await orUndo(
      () => applyPolicies(ctx, 'Role', RoleName, properties),
      () => remove(ctx, RoleName),
    );
    return stateOf(RoleName, Role);
  },
  async update(ctx, RoleName, properties, previous) {
    const { Description = '', PermissionsBoundary } = properties;
    const PolicyDocument = documentText(properties.AssumeRolePolicyDocument);
    await ctx.call('iam', 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument });
    await ctx.call('iam', 'UpdateRole', { RoleName, Description, MaxSessionDuration: durationOf(properties) ?? 3600 });
    if (PermissionsBoundary !== undefined) {
      await ctx.call('iam', 'PutRolePermissionsBoundary', { RoleName, PermissionsBoundary });
    } else if (previous.PermissionsBoundary !== undefined) {
      await ctx.call('iam', 'DeleteRolePermissionsBoundary', { RoleName });
    }
    await applyPolicies(ctx, 'Role', RoleName, properties, previous);
    await applyTags(ctx, 'Role', RoleName, properties.Tags, previous.Tags);
    const { Role } = await ctx.call<GetRoleCommandOutput>('iam', 'GetRole', { RoleName });
    return stateOf(RoleName, Role);
  },
  delete: (ctx, RoleName) => remove(ctx, RoleName),
  async read(ctx, RoleName) {
    const answer = await unlessGone(ctx.call<GetRoleCommandOutput>('iam', 'GetRole', { RoleName }));
    if (!answer?.Role) return undefined;
    const { AssumeRolePolicyDocument = '', Description, MaxSessionDuration, Path, PermissionsBoundary } = answer.Role;
    return {
      ...(await readPolicies(ctx, 'Role', RoleName)),
      AssumeRolePolicyDocument: JSON.parse(decodeURIComponent(AssumeRolePolicyDocument)) as object,
      RoleName,
      Tags: ownTags(ctx, answer.Role.Tags),
      Description,
      MaxSessionDuration,
      Path,
      PermissionsBoundary: PermissionsBoundary?.PermissionsBoundaryArn,
    };
  },
});

async function remove(ctx: ResourceContext, RoleName: string): Promise<void> {
  if (!(await unlessGone(ctx.call('iam', 'GetRole', { RoleName })))) return;
  await clearPolicies(ctx, 'Role', RoleName);
  await ctx.call('iam', 'DeleteRole', { RoleName });
}

function durationOf({ MaxSessionDuration }: RoleProperties): number | undefined {
  return MaxSessionDuration === undefined ? undefined : Number(MaxSessionDuration);
}

function stateOf(physicalId: string, role: GetRoleCommandOutput['Role']): ResourceState {
  return { physicalId, attributes: { Arn: role?.Arn, RoleId: role?.RoleId } };
}
