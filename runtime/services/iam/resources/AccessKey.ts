import type { CreateAccessKeyCommandOutput } from '@aws-sdk/client-iam';
import { defineResource } from '../../../kernel/resource.ts';
import { unlessGone } from './identity-policies.ts';

interface AccessKeyProperties {
  UserName: string;
  Status?: string;
  Serial?: number;
}

/**
 * AWS::IAM::AccessKey (CloudFormation Template Reference). Ref is the key's id. The secret is told once, at creation, so
 * an update leaves the attribute to what the engine kept.
 */
export const AccessKey = defineResource<AccessKeyProperties>({
  type: 'AWS::IAM::AccessKey',
  properties: { UserName: 'executed', Status: 'executed', Serial: 'executed' },
  async create(ctx, { UserName, Status }) {
    const { AccessKey } = await ctx.call<CreateAccessKeyCommandOutput>('iam', 'CreateAccessKey', { UserName });
    const AccessKeyId = AccessKey?.AccessKeyId ?? '';
    if (Status === 'Inactive') await ctx.call('iam', 'UpdateAccessKey', { UserName, AccessKeyId, Status });
    return { physicalId: AccessKeyId, attributes: { Id: AccessKeyId, SecretAccessKey: AccessKey?.SecretAccessKey } };
  },
  async update(ctx, AccessKeyId, { UserName, Status = 'Active' }) {
    await ctx.call('iam', 'UpdateAccessKey', { UserName, AccessKeyId, Status });
    return { physicalId: AccessKeyId };
  },
  async delete(ctx, AccessKeyId, { UserName }) {
    await unlessGone(ctx.call('iam', 'DeleteAccessKey', { UserName, AccessKeyId }));
  },
});
