import type { Tag } from '@aws-sdk/client-cloudfront';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagsOf, updateTags } from './tags.ts';

interface Properties {
  Name: string;
  FunctionCode: string;
  FunctionConfig: { Comment: string; Runtime: 'cloudfront-js-1.0' | 'cloudfront-js-2.0' };
  AutoPublish?: boolean;
  Tags?: Tag[];
}

export const CloudFrontFunction = defineResource<Properties>({
  type: 'AWS::CloudFront::Function',
  properties: {
    Name: 'executed',
    FunctionCode: 'executed',
    'FunctionConfig.Comment': 'stored',
    'FunctionConfig.Runtime': 'executed',
    'FunctionConfig.KeyValueStoreAssociations': { refused: 'key value stores are not run yet.' },
    AutoPublish: 'executed',
    'FunctionMetadata.FunctionARN': { refused: 'it is what CloudFront returns, not what it takes.' },
    Tags: 'executed',
  },
  async create(ctx, properties) {
    const { ETag } = await ctx.call<{ ETag: string }>('cloudfront', 'CreateFunction', inputOf(properties));
    const state = await published(ctx, properties, ETag);
    await updateTags(ctx, state.physicalId, tagsOf(ctx, properties.Tags), []);
    return state;
  },
  async update(ctx, id, properties, previous) {
    const now = await ctx.call<{ ETag: string }>('cloudfront', 'DescribeFunction', { Name: properties.Name });
    const { ETag } = await ctx.call<{ ETag: string }>('cloudfront', 'UpdateFunction', {
      ...inputOf(properties),
      IfMatch: now.ETag,
    });
    await updateTags(ctx, id, properties.Tags ?? [], previous.Tags ?? []);
    return published(ctx, properties, ETag);
  },
  async delete(ctx, _id, properties) {
    try {
      const { ETag } = await ctx.call('cloudfront', 'DescribeFunction', { Name: properties.Name });
      await ctx.call('cloudfront', 'DeleteFunction', { Name: properties.Name, IfMatch: ETag });
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'NoSuchFunctionExists')) throw error;
    }
  },
});

function inputOf(properties: Properties): object {
  return {
    Name: properties.Name,
    FunctionConfig: properties.FunctionConfig,
    FunctionCode: Buffer.from(properties.FunctionCode),
  };
}

/** `Ref` of a function is its ARN. */
async function published(ctx: ResourceContext, properties: Properties, etag: string) {
  const publish = String(properties.AutoPublish) === 'true';
  if (publish) await ctx.call('cloudfront', 'PublishFunction', { Name: properties.Name, IfMatch: etag });
  const Stage = publish ? 'LIVE' : 'DEVELOPMENT';
  const { FunctionSummary: summary } = await ctx.call<{
    FunctionSummary: { FunctionMetadata: { FunctionARN: string } };
  }>('cloudfront', 'DescribeFunction', { Name: properties.Name, Stage });
  const { FunctionARN } = summary.FunctionMetadata;
  return { physicalId: FunctionARN, attributes: { FunctionARN, 'FunctionMetadata.FunctionARN': FunctionARN, Stage } };
}
