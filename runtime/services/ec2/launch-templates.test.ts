import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  type DescribeLaunchTemplateVersionsCommandInput,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

describe('versions of a launch template', () => {
  let orrery: Orrery;
  let ec2: EC2Client;
  const LaunchTemplateName = 'web';

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'sts'] });
    ec2 = orrery.client(EC2Client);
    await ec2.send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: { InstanceType: 't3.micro' } }),
    );
    for (const InstanceType of ['t3.small', 't3.micro', 't3.large', 't3.small', 't3.micro', 't3.large'] as const)
      await ec2.send(
        new CreateLaunchTemplateVersionCommand({ LaunchTemplateName, LaunchTemplateData: { InstanceType } }),
      );
  });
  after(() => orrery.stop());

  async function described(input: DescribeLaunchTemplateVersionsCommandInput) {
    const { LaunchTemplateVersions = [], NextToken } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, ...input }),
    );
    return { numbers: LaunchTemplateVersions.map(({ VersionNumber }) => VersionNumber), NextToken };
  }

  test('are told from MinVersion to MaxVersion', async () => {
    assert.deepEqual((await described({ MinVersion: '2', MaxVersion: '4' })).numbers, [2, 3, 4]);
  });

  test('are filtered by what they start', async () => {
    const Filters = [{ Name: 'instance-type', Values: ['t3.small'] }];
    assert.deepEqual((await described({ Filters })).numbers, [2, 5]);
    assert.deepEqual((await described({ Filters: [{ Name: 'is-default-version', Values: ['true'] }] })).numbers, [1]);
  });

  test('come in pages', async () => {
    const first = await described({ MaxResults: 5 });
    assert.deepEqual(first.numbers, [1, 2, 3, 4, 5]);
    assert.deepEqual((await described({ MaxResults: 5, NextToken: first.NextToken })).numbers, [6, 7]);
  });

  test('are not made with what Orrery does not run', async () => {
    await assert.rejects(
      ec2.send(
        new CreateLaunchTemplateCommand({
          LaunchTemplateName: 'spot',
          LaunchTemplateData: { InstanceMarketOptions: { MarketType: 'spot' } },
        }),
      ),
      /LaunchTemplateData\.InstanceMarketOptions.*spot instances are not done/,
    );
  });
});
