import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { unlessGone } from './identity-policies.ts';

interface UserToGroupAdditionProperties {
  GroupName: string;
  Users: string[];
}

/** AWS::IAM::UserToGroupAddition (CloudFormation Template Reference). */
export const UserToGroupAddition = defineResource<UserToGroupAdditionProperties>({
  type: 'AWS::IAM::UserToGroupAddition',
  properties: { GroupName: 'executed', Users: 'executed' },
  async create(ctx, properties) {
    await add(ctx, properties);
    const physicalId = ctx.generateName();
    return { physicalId, attributes: { Id: physicalId } };
  },
  async update(ctx, physicalId, properties, previous) {
    const moved = properties.GroupName !== previous.GroupName;
    const dropped = moved ? previous.Users : previous.Users.filter((user) => !properties.Users.includes(user));
    await remove(ctx, { GroupName: previous.GroupName, Users: dropped });
    await add(ctx, properties);
    return { physicalId, attributes: { Id: physicalId } };
  },
  delete: (ctx, _physicalId, properties) => remove(ctx, properties),
});

async function add(ctx: ResourceContext, { GroupName, Users }: UserToGroupAdditionProperties): Promise<void> {
  for (const UserName of Users) await ctx.call('iam', 'AddUserToGroup', { GroupName, UserName });
}

async function remove(ctx: ResourceContext, { GroupName, Users }: UserToGroupAdditionProperties): Promise<void> {
  for (const UserName of Users) await unlessGone(ctx.call('iam', 'RemoveUserFromGroup', { GroupName, UserName }));
}
