import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateLaunchTemplateCommand,
  CreateSecurityGroupCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  type EC2Client,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import type { InstanceState } from './instance-state.ts';
import { base64, Fleet, lacking } from './instances.fixture.ts';

const server = `#!/bin/bash
cat > /opt/server.cjs <<'JS'
require('node:http').createServer((request, response) => response.end('hello from ' + require('node:os').hostname())).listen(8080);
JS
cat > /etc/systemd/system/hello.service <<'UNIT'
[Service]
ExecStart=/usr/local/bin/node /opt/server.cjs
Restart=always
UNIT
dnf install -y nodejs || exit 1
dnf install -y no-such-package
systemctl enable --now hello
sleep 0.3
echo served
`;

describe('EC2 instances', { skip: lacking }, () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let ec2: EC2Client;
  let ImageId: string;
  let SubnetId: string;
  let VpcId: string;

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'sts'], clock: 'running' });
    fleet = new Fleet(orrery);
    ec2 = fleet.ec2;
    ImageId = await fleet.imageId();
    VpcId = await fleet.vpc();
    SubnetId = await fleet.subnet(VpcId, '10.0.1.0/24');
  });
  after(() => orrery.stop());

  const until = (id: string, state: InstanceState): Promise<void> => fleet.until(id, state);
  const run = (
    script: string,
    change: Partial<RunInstancesCommandInput> = {},
  ): Promise<{ id: string; address: string }> => fleet.run(script, { SubnetId, ...change });
  const consoleOf = (id: string): Promise<string> => fleet.consoleOf(id);

  test('UserData runs, services start, and another instance reaches them as the security group says', async () => {
    const group = async (GroupName: string): Promise<string> =>
      (await ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName, Description: GroupName }))).GroupId ?? '';
    const [web, guest] = [await group('web'), await group('guest')];
    const permission = { IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, UserIdGroupPairs: [{ GroupId: guest }] };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: web, IpPermissions: [permission] }));
    const { id, address } = await run(server, { SecurityGroupIds: [web] });
    const said = await consoleOf(id);
    assert.match(said, /served/);
    assert.match(said, /Unable to find a match: no-such-package\. An instance of Orrery/);
    const ask = `#!/bin/bash\ncurl -s -m 1 http://${address}:8080/ || echo nothing answers\n`;
    const friend = await run(ask, { SecurityGroupIds: [guest] });
    const stranger = await run(ask);
    assert.match(await consoleOf(friend.id), new RegExp(`hello from ip-${address.replaceAll('.', '-')}`));
    assert.match(await consoleOf(stranger.id), /nothing answers/);
  });

  test('the metadata service wants a token, and gives the credentials of the instance profile', async () => {
    const iam = orrery.client(IAMClient);
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    await iam.send(new CreateRoleCommand({ RoleName: 'web', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'web' }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'web', RoleName: 'web' }));
    const script = `#!/bin/bash
at=http://169.254.169.254/latest
echo without: $(curl -s -o /dev/null -w '%{http_code}' $at/meta-data/)
token=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $at/api/token)
get() { curl -s -H "X-aws-ec2-metadata-token: $token" "$at/$1"; }
echo zone: $(get meta-data/placement/availability-zone)
echo role: $(get meta-data/iam/security-credentials/)
get meta-data/iam/security-credentials/web | grep AccessKeyId
`;
    const { id } = await run(script, { IamInstanceProfile: { Name: 'web' } });
    const said = await consoleOf(id);
    assert.match(said, /without: 401/);
    assert.match(said, /zone: us-east-1a/);
    assert.match(said, /role: web/);
    assert.match(said, /"AccessKeyId": "ASIA/);
  });

  test('its disk stays over stop and start, UserData runs once, and termination leaves nothing', async () => {
    const LaunchTemplateData = {
      ImageId,
      InstanceType: 't3.micro' as const,
      UserData: base64('#!/bin/bash\ndate >> /srv/boots; wc -l < /srv/boots\n'),
    };
    await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'kept', LaunchTemplateData }));
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({ LaunchTemplate: { LaunchTemplateName: 'kept' }, SubnetId, MinCount: 1, MaxCount: 1 }),
    );
    const id = Instances[0]?.InstanceId ?? '';
    await until(id, 'running');
    await consoleOf(id);
    const InstanceIds = [id];
    await ec2.send(new StopInstancesCommand({ InstanceIds }));
    await until(id, 'stopped');
    await ec2.send(new StartInstancesCommand({ InstanceIds }));
    await until(id, 'running');
    await consoleOf(id);
    const disk = join(orrery.dataDir, 'instances', id);
    assert.equal(readFileSync(join(disk, 'srv/boots'), 'utf8').trim().split('\n').length, 1);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await until(id, 'terminated');
    assert.equal(existsSync(disk), false);
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
    assert.equal(Reservations[0]?.Instances?.[0]?.State?.Name, 'terminated');
    const Filters = [{ Name: 'attachment.instance-id', Values: InstanceIds }];
    assert.deepEqual((await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces, []);
  });

  test('its root volume is told of as it was asked for, and it may be kept from being stopped', async () => {
    const { id } = await run('#!/bin/bash\ntrue\n', {
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30, Encrypted: true } }],
      TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'Name', Value: 'disk' }] }],
      // As Terraform sends it: nothing is asked.
      HibernationOptions: { Configured: false },
      DisableApiStop: true,
    });
    const Filters = [{ Name: 'attachment.instance-id', Values: [id] }];
    const [volume] = (await ec2.send(new DescribeVolumesCommand({ Filters }))).Volumes ?? [];
    assert.deepEqual(
      [volume?.Size, volume?.VolumeType, volume?.Encrypted, volume?.Attachments?.[0]?.Device, volume?.Tags],
      [30, 'gp3', true, '/dev/xvda', [{ Key: 'Name', Value: 'disk' }]],
    );
    const stop = () => ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    await assert.rejects(stop(), { name: 'OperationNotPermitted', message: /disableApiStop/ });
    const credits = new DescribeInstanceCreditSpecificationsCommand({ InstanceIds: [id] });
    assert.equal((await ec2.send(credits)).InstanceCreditSpecifications?.[0]?.CpuCredits, 'unlimited');
    const attribute = { InstanceId: id, Attribute: 'disableApiStop' as const };
    const { DisableApiStop } = await ec2.send(new DescribeInstanceAttributeCommand(attribute));
    assert.equal(DisableApiStop?.Value, true);
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiStop: { Value: false } }));
    await stop();
    await until(id, 'stopped');
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await until(id, 'terminated');
    assert.deepEqual((await ec2.send(new DescribeVolumesCommand({ Filters }))).Volumes, []);
  });

  test('an image that is not there and UserData that is no script are refused by name', async () => {
    const input = { InstanceType: 't3.micro' as const, SubnetId, MinCount: 1, MaxCount: 1 };
    await assert.rejects(ec2.send(new RunInstancesCommand({ ...input, ImageId: 'ami-0123456789abcdef0' })), {
      name: 'InvalidAMIID.NotFound',
    });
    const second = [{ DeviceName: '/dev/disk', Ebs: { VolumeSize: 10 } }];
    await assert.rejects(ec2.send(new RunInstancesCommand({ ...input, ImageId, BlockDeviceMappings: second })), {
      message: /\/dev\/disk is not a valid EBS device name/,
    });
    const UserData = base64('#cloud-config\npackages: [nginx]\n');
    await assert.rejects(ec2.send(new RunInstancesCommand({ ...input, ImageId, UserData })), {
      message: /cloud-config is not run/,
    });
  });
});
