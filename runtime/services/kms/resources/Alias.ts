import { AwsError } from '../../../kernel/errors.ts';
import { defineResource } from '../../../kernel/resource.ts';

interface AliasProperties {
  AliasName: string;
  TargetKeyId: string;
}

/** AWS::KMS::Alias. Ref is the alias's name. */
export const Alias = defineResource<AliasProperties>({
  type: 'AWS::KMS::Alias',
  properties: { AliasName: 'executed', TargetKeyId: 'executed' },
  async create(ctx, { AliasName, TargetKeyId }) {
    await ctx.call('kms', 'CreateAlias', { AliasName, TargetKeyId });
    return { physicalId: AliasName };
  },
  async update(ctx, AliasName, { TargetKeyId }) {
    await ctx.call('kms', 'UpdateAlias', { AliasName, TargetKeyId });
    return { physicalId: AliasName };
  },
  async delete(ctx, AliasName) {
    try {
      await ctx.call('kms', 'DeleteAlias', { AliasName });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'NotFoundException') throw error;
    }
  },
  async read(ctx, AliasName) {
    try {
      const { KeyMetadata } = await ctx.call<{ KeyMetadata: { KeyId: string } }>('kms', 'DescribeKey', {
        KeyId: AliasName,
      });
      return { AliasName, TargetKeyId: KeyMetadata.KeyId };
    } catch (error) {
      if (error instanceof AwsError && error.code === 'NotFoundException') return undefined;
      throw error;
    }
  },
});
