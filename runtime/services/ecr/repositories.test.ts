import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { startOrrery } from '../../../tests/runtime-fixture.ts';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';

test('repositories are made, described and deleted, and pushing is refused by name', async () => {
  const orrery = await startOrrery({ services: ['ecr'] });
  try {
    const client = orrery.client(ECRClient);
    const made = await client.send(
      new CreateRepositoryCommand({ repositoryName: 'team/app', imageTagMutability: 'IMMUTABLE' }),
    );
    assert.equal(made.repository?.repositoryUri, '000000000000.dkr.ecr.us-east-1.amazonaws.com/team/app');
    await assert.rejects(client.send(new CreateRepositoryCommand({ repositoryName: 'team/app' })), {
      name: 'RepositoryAlreadyExistsException',
    });
    await assert.rejects(client.send(new CreateRepositoryCommand({ repositoryName: 'Upper' })), {
      name: 'InvalidParameterException',
    });
    await assert.rejects(client.send(new GetRepositoryPolicyCommand({ repositoryName: 'team/app' })), {
      name: 'RepositoryPolicyNotFoundException',
    });
    await assert.rejects(client.send(new GetAuthorizationTokenCommand({})), /ecr GetAuthorizationToken is refused/);
    await client.send(new DeleteRepositoryCommand({ repositoryName: 'team/app' }));
    await assert.rejects(client.send(new DescribeRepositoriesCommand({ repositoryNames: ['team/app'] })), {
      name: 'RepositoryNotFoundException',
    });
  } finally {
    await orrery.stop();
  }
});

test('AWS::ECR::Repository brings its policies with it', async () => {
  const orrery = await startOrrery({ services: ['ecr', 'cloudformation'] });
  try {
    const cloudformation = orrery.client(CloudFormationClient);
    const Properties = {
      RepositoryName: 'assets',
      ImageTagMutability: 'IMMUTABLE',
      LifecyclePolicy: { LifecyclePolicyText: '{"rules":[]}' },
      RepositoryPolicyText: { Version: '2012-10-17', Statement: [] },
    };
    const TemplateBody = JSON.stringify({
      Resources: { R: { Type: 'AWS::ECR::Repository', Properties } },
      Outputs: { U: { Value: { 'Fn::GetAtt': ['R', 'RepositoryUri'] } } },
    });
    const { StackId = '' } = await cloudformation.send(new CreateStackCommand({ StackName: 'app', TemplateBody }));
    await orrery.kernel.engine(deployments).settled(StackId);
    const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'app' }));
    assert.equal(Stacks?.[0]?.Outputs?.[0]?.OutputValue, '000000000000.dkr.ecr.us-east-1.amazonaws.com/assets');
    const { lifecyclePolicyText } = await orrery
      .client(ECRClient)
      .send(new GetLifecyclePolicyCommand({ repositoryName: 'assets' }));
    assert.equal(lifecyclePolicyText, '{"rules":[]}');
  } finally {
    await orrery.stop();
  }
});
