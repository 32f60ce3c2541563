import type { CreateServiceLinkedRoleCommandOutput } from '@aws-sdk/client-iam';
import { defineResource } from '../../../kernel/resource.ts';
import { unlessGone } from './identity-policies.ts';

interface ServiceLinkedRoleProperties {
  AWSServiceName: string;
  CustomSuffix?: string;
  Description?: string;
}

/** AWS::IAM::ServiceLinkedRole (CloudFormation Template Reference). Ref is the name. */
export const ServiceLinkedRole = defineResource<ServiceLinkedRoleProperties>({
  type: 'AWS::IAM::ServiceLinkedRole',
  properties: { AWSServiceName: 'executed', CustomSuffix: 'executed', Description: 'stored' },
  async create(ctx, properties) {
    const { Role } = await ctx.call<CreateServiceLinkedRoleCommandOutput>('iam', 'CreateServiceLinkedRole', properties);
    return { physicalId: Role?.RoleName ?? '', attributes: { RoleName: Role?.RoleName } };
  },
  async update(ctx, RoleName, { Description = '' }) {
    await ctx.call('iam', 'UpdateRoleDescription', { RoleName, Description });
    return { physicalId: RoleName, attributes: { RoleName } };
  },
  async delete(ctx, RoleName) {
    await unlessGone(ctx.call('iam', 'DeleteServiceLinkedRole', { RoleName }));
  },
});
