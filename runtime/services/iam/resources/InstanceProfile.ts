import type { GetInstanceProfileCommandOutput } from '@aws-sdk/client-iam';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { orUndo, unlessGone } from './identity-policies.ts';

interface InstanceProfileProperties {
  InstanceProfileName?: string;
  Path?: string;
  Roles: string[];
}

/** AWS::IAM::InstanceProfile (CloudFormation Template Reference). Ref is the name. It has one role. */
export const InstanceProfile = defineResource<InstanceProfileProperties>({
  type: 'AWS::IAM::InstanceProfile',
  properties: { InstanceProfileName: 'executed', Path: 'executed', Roles: 'executed' },
  async create(ctx, properties) {
    const InstanceProfileName = properties.InstanceProfileName ?? ctx.generateName({ maxLength: 128 });
    const input = { InstanceProfileName, Path: properties.Path };
    const answer = await ctx.call<GetInstanceProfileCommandOutput>('iam', 'CreateInstanceProfile', input);
    await orUndo(
      () => add(ctx, InstanceProfileName, properties.Roles),
      () => remove(ctx, InstanceProfileName),
    );
    return { physicalId: InstanceProfileName, attributes: { Arn: answer.InstanceProfile?.Arn } };
  },
  async update(ctx, InstanceProfileName, properties, previous) {
    for (const RoleName of previous.Roles) {
      await unlessGone(ctx.call('iam', 'RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName }));
    }
    await add(ctx, InstanceProfileName, properties.Roles);
    const input = { InstanceProfileName };
    const { InstanceProfile } = await ctx.call<GetInstanceProfileCommandOutput>('iam', 'GetInstanceProfile', input);
    return { physicalId: InstanceProfileName, attributes: { Arn: InstanceProfile?.Arn } };
  },
  delete: (ctx, name) => remove(ctx, name),
  async read(ctx, InstanceProfileName) {
    const call = ctx.call<GetInstanceProfileCommandOutput>('iam', 'GetInstanceProfile', { InstanceProfileName });
    const profile = (await unlessGone(call))?.InstanceProfile;
    const Roles = (profile?.Roles ?? []).map(({ RoleName = '' }) => RoleName);
    return profile && { InstanceProfileName, Path: profile.Path ?? '/', Roles };
  },
});

async function add(ctx: ResourceContext, InstanceProfileName: string, roles: string[]): Promise<void> {
  for (const RoleName of roles) await ctx.call('iam', 'AddRoleToInstanceProfile', { InstanceProfileName, RoleName });
}

async function remove(ctx: ResourceContext, InstanceProfileName: string): Promise<void> {
  const call = ctx.call<GetInstanceProfileCommandOutput>('iam', 'GetInstanceProfile', { InstanceProfileName });
  const answer = await unlessGone(call);
  if (!answer) return;
  for (const { RoleName } of answer.InstanceProfile?.Roles ?? []) {
    await ctx.call('iam', 'RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName });
  }
  await ctx.call('iam', 'DeleteInstanceProfile', { InstanceProfileName });
}
