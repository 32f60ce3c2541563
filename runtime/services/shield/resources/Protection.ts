import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface ProtectionProperties {
  Name: string;
  ResourceArn: string;
  Tags?: { Key: string; Value: string }[];
}

/** Ref is the protection's ARN. The account must be subscribed to Shield Advanced, as on AWS. */
export const Protection = defineResource<ProtectionProperties>({
  type: 'AWS::Shield::Protection',
  properties: {
    Name: 'executed',
    ResourceArn: 'executed',
    Tags: 'stored',
    HealthCheckArns: { refused: 'detection does not look at health checks.' },
    ApplicationLayerAutomaticResponseConfiguration: { refused: 'no rules are made; use rate-based rules of WAF.' },
  },
  async create(ctx, { Name, ResourceArn, Tags }) {
    const { ProtectionId } = await ctx.call<{ ProtectionId: string }>('shield', 'CreateProtection', {
      Name,
      ResourceArn,
      Tags: tagListOf(ctx, Tags),
    });
    return state(ctx, ProtectionId);
  },
  async update(ctx, arn, { Tags }, previous) {
    const kept = new Set(Tags?.map(({ Key }) => Key));
    const TagKeys = (previous.Tags ?? []).map(({ Key }) => Key).filter((key) => !kept.has(key));
    if (TagKeys.length > 0) await ctx.call('shield', 'UntagResource', { ResourceARN: arn, TagKeys });
    await ctx.call('shield', 'TagResource', { ResourceARN: arn, Tags: tagListOf(ctx, Tags) });
    return state(ctx, idOf(arn));
  },
  async delete(ctx, arn) {
    try {
      await ctx.call('shield', 'DeleteProtection', { ProtectionId: idOf(arn) });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  },
});

const idOf = (arn: string): string => arn.split('/').at(-1) ?? '';

async function state(ctx: ResourceContext, ProtectionId: string) {
  const { Protection: found } = await ctx.call<{ Protection: { ProtectionArn: string } }>(
    'shield',
    'DescribeProtection',
    { ProtectionId },
  );
  return { physicalId: found.ProtectionArn, attributes: { ProtectionArn: found.ProtectionArn, ProtectionId } };
}
