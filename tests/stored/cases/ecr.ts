import type { StoredCases } from '../stored-cases.ts';

const policy = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 3 },
      action: { type: 'expire' },
    },
  ],
});
const repositoryName = 'asked';

export const ecr: StoredCases = {
  service: 'ecr',
  resources: {
    Repository: {
      Type: 'AWS::ECR::Repository',
      Properties: {
        RepositoryName: 'stored',
        ImageTagMutability: 'IMMUTABLE',
        ImageScanningConfiguration: { ScanOnPush: true },
        EncryptionConfiguration: { EncryptionType: 'KMS' },
        LifecyclePolicy: { LifecyclePolicyText: policy },
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
  },
  told: {
    Repository: async (ask) => [
      await ask('DescribeRepositories', { repositoryNames: ['stored'] }),
      await ask('GetLifecyclePolicy', { repositoryName: 'stored' }),
      await ask('ListTagsForResource', { resourceArn: 'arn:aws:ecr:us-east-1:000000000000:repository/stored' }),
    ],
  },
  requests: {
    CreateRepository: async (ask) => {
      const asked = {
        repositoryName,
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfiguration: { encryptionType: 'KMS' },
      };
      return { asked, told: await ask('CreateRepository', asked).then(() => ask('DescribeRepositories', {})) };
    },
    PutLifecyclePolicy: async (ask) => {
      const asked = { repositoryName, lifecyclePolicyText: policy };
      await ask('PutLifecyclePolicy', asked);
      return { asked, told: await ask('GetLifecyclePolicy', { repositoryName }) };
    },
    PutImageTagMutability: async (ask) => {
      const asked = { repositoryName, imageTagMutability: 'MUTABLE' };
      await ask('PutImageTagMutability', asked);
      return { asked, told: await ask('DescribeRepositories', { repositoryNames: [repositoryName] }) };
    },
    PutImageScanningConfiguration: async (ask) => {
      const asked = { repositoryName, imageScanningConfiguration: { scanOnPush: false } };
      await ask('PutImageScanningConfiguration', asked);
      return { asked, told: await ask('DescribeRepositories', { repositoryNames: [repositoryName] }) };
    },
  },
};
