import type { CreateRepositoryResponse, DescribeRepositoriesResponse } from '@aws-sdk/client-ecr';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface RepositoryProperties {
  RepositoryName?: string;
  ImageTagMutability?: string;
  ImageScanningConfiguration?: { ScanOnPush?: boolean };
  EncryptionConfiguration?: { EncryptionType: string; KmsKey?: string };
  LifecyclePolicy?: { LifecyclePolicyText?: string };
  RepositoryPolicyText?: object | string;
  EmptyOnDelete?: boolean;
  Tags?: { Key: string; Value: string }[];
}

/** AWS::ECR::Repository, which the CDK's bootstrap makes. Ref is the name. */
export const Repository = defineResource<RepositoryProperties>({
  type: 'AWS::ECR::Repository',
  properties: {
    RepositoryName: 'executed',
    ImageTagMutability: 'stored',
    'ImageScanningConfiguration.ScanOnPush': 'stored',
    EncryptionConfiguration: 'stored',
    'LifecyclePolicy.LifecyclePolicyText': 'stored',
    RepositoryPolicyText: 'executed',
    EmptyOnDelete: 'executed',
    Tags: 'stored',
  },
  async create(ctx, properties) {
    const repositoryName = properties.RepositoryName ?? ctx.generateName({ maxLength: 256, lowerCase: true });
    const encryption = properties.EncryptionConfiguration;
    await ctx.call<CreateRepositoryResponse>('ecr', 'CreateRepository', {
      repositoryName,
      imageTagMutability: properties.ImageTagMutability,
      imageScanningConfiguration: { scanOnPush: properties.ImageScanningConfiguration?.ScanOnPush ?? false },
      ...(encryption && {
        encryptionConfiguration: { encryptionType: encryption.EncryptionType, kmsKey: encryption.KmsKey },
      }),
      tags: tagListOf(ctx, properties.Tags),
    });
    await putPolicies(ctx, repositoryName, properties, {});
    return describe(ctx, repositoryName);
  },
  async update(ctx, repositoryName, properties, previous) {
    await ctx.call('ecr', 'PutImageTagMutability', {
      repositoryName,
      imageTagMutability: properties.ImageTagMutability ?? 'MUTABLE',
    });
    const scanOnPush = properties.ImageScanningConfiguration?.ScanOnPush ?? false;
    await ctx.call('ecr', 'PutImageScanningConfiguration', {
      repositoryName,
      imageScanningConfiguration: { scanOnPush },
    });
    await putPolicies(ctx, repositoryName, properties, previous);
    const state = await describe(ctx, repositoryName);
    const wanted = tagListOf(ctx, properties.Tags);
    const gone = (previous.Tags ?? []).map(({ Key }) => Key).filter((key) => !wanted.some(({ Key }) => Key === key));
    if (gone.length > 0) await ctx.call('ecr', 'UntagResource', { resourceArn: state.attributes?.Arn, tagKeys: gone });
    await ctx.call('ecr', 'TagResource', { resourceArn: state.attributes?.Arn, tags: wanted });
    return state;
  },
  async delete(ctx, repositoryName, properties) {
    try {
      await ctx.call('ecr', 'DeleteRepository', { repositoryName, force: properties.EmptyOnDelete ?? false });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'RepositoryNotFoundException') throw error;
    }
  },
  async read(ctx, repositoryName) {
    try {
      const { repositories } = await ctx.call<DescribeRepositoriesResponse>('ecr', 'DescribeRepositories', {
        repositoryNames: [repositoryName],
      });
      const [found] = repositories ?? [];
      return found && { RepositoryName: found.repositoryName, ImageTagMutability: found.imageTagMutability };
    } catch (error) {
      if (error instanceof AwsError && error.code === 'RepositoryNotFoundException') return undefined;
      throw error;
    }
  },
});

async function putPolicies(
  ctx: ResourceContext,
  repositoryName: string,
  now: RepositoryProperties,
  before: RepositoryProperties,
): Promise<void> {
  const { RepositoryPolicyText: policy } = now;
  const lifecyclePolicyText = now.LifecyclePolicy?.LifecyclePolicyText;
  if (policy !== undefined) {
    await ctx.call('ecr', 'SetRepositoryPolicy', {
      repositoryName,
      policyText: typeof policy === 'string' ? policy : JSON.stringify(policy),
    });
  } else if (before.RepositoryPolicyText !== undefined)
    await ctx.call('ecr', 'DeleteRepositoryPolicy', { repositoryName });
  if (lifecyclePolicyText !== undefined)
    await ctx.call('ecr', 'PutLifecyclePolicy', { repositoryName, lifecyclePolicyText });
  else if (before.LifecyclePolicy?.LifecyclePolicyText !== undefined)
    await ctx.call('ecr', 'DeleteLifecyclePolicy', { repositoryName });
}

async function describe(ctx: ResourceContext, name: string): Promise<ResourceState> {
  const { repositories } = await ctx.call<DescribeRepositoriesResponse>('ecr', 'DescribeRepositories', {
    repositoryNames: [name],
  });
  const [found] = repositories ?? [];
  return { physicalId: name, attributes: { Arn: found?.repositoryArn, RepositoryUri: found?.repositoryUri } };
}
