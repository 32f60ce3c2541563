import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeSnapshotsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { notHere } from '../../../tests/not-here.ts';
import { startOrrery } from '../../../tests/runtime-fixture.ts';
import { BlockDevices } from '../../engines/compute/block-devices.ts';
import { Fleet, lacking } from './instances.fixture.ts';

const noDevices = lacking ?? notHere('volumes of instances', new BlockDevices().lacking);

const script = `#!/bin/bash
until [ -b /dev/sdf ]; do sleep 0.05; done
blkid /dev/sdf >/dev/null || mkfs.ext4 -q /dev/sdf
mkdir -p /data && mount /dev/sdf /data
echo "found: $(cat /data/orders)"
echo kept > /data/orders
umount /data
`;

const template = (SnapshotId?: string): object => ({
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    Subnet: {
      Type: 'AWS::EC2::Subnet',
      Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.1.0/24', AvailabilityZone: 'us-east-1b' },
    },
    Server: {
      Type: 'AWS::EC2::Instance',
      Properties: {
        ImageId: '{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64}}',
        InstanceType: 't3.small',
        SubnetId: { Ref: 'Subnet' },
        UserData: { 'Fn::Base64': script },
      },
    },
    Data: {
      Type: 'AWS::EC2::Volume',
      DeletionPolicy: 'Snapshot',
      Properties: {
        AvailabilityZone: { 'Fn::GetAtt': ['Server', 'AvailabilityZone'] },
        Size: 1,
        VolumeType: 'gp3',
        ...(SnapshotId ? { SnapshotId } : {}),
        Tags: [{ Key: 'holds', Value: 'orders' }],
      },
    },
    Attached: {
      Type: 'AWS::EC2::VolumeAttachment',
      Properties: { InstanceId: { Ref: 'Server' }, VolumeId: { Ref: 'Data' }, Device: '/dev/sdf' },
    },
  },
  Outputs: { Server: { Value: { Ref: 'Server' } }, Data: { Value: { 'Fn::GetAtt': ['Data', 'VolumeId'] } } },
});

describe('AWS::EC2::Volume and AWS::EC2::VolumeAttachment', { skip: noDevices }, () => {
  test('what a deleted stack’s instance wrote is in the snapshot that DeletionPolicy keeps, and on a volume made of it', async (t) => {
    const orrery = await startOrrery({ clock: 'running' });
    t.after(() => orrery.stop());
    const fleet = new Fleet(orrery);
    const cloudformation = orrery.client(CloudFormationClient);
    const until = async (StackName: string, wanted: string): Promise<Record<string, string>> => {
      for (;;) {
        const [stack] = (await cloudformation.send(new DescribeStacksCommand({ StackName }))).Stacks ?? [];
        if (stack?.StackStatus === wanted)
          return Object.fromEntries(
            (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
          );
        if (!stack?.StackStatus?.endsWith('IN_PROGRESS')) {
          const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName }));
          throw new Error(
            JSON.stringify(StackEvents.map((event) => [event.LogicalResourceId, event.ResourceStatusReason])),
          );
        }
        await orrery.clock.sleep(100, undefined, { basis: 'elapsed' });
      }
    };
    const deploy = async (StackName: string, SnapshotId?: string) => {
      const TemplateBody = JSON.stringify(template(SnapshotId));
      const { StackId = '' } = await cloudformation.send(new CreateStackCommand({ StackName, TemplateBody }));
      return { StackId, ...(await until(StackId, 'CREATE_COMPLETE')) } as {
        StackId: string;
        Server: string;
        Data: string;
      };
    };

    const first = await deploy('first');
    assert.match(await fleet.consoleOf(first.Server), /^found: $/m);
    await cloudformation.send(new DeleteStackCommand({ StackName: 'first' }));
    await until(first.StackId, 'DELETE_COMPLETE');
    await assert.rejects(fleet.ec2.send(new DescribeVolumesCommand({ VolumeIds: [first.Data] })), {
      name: 'InvalidVolume.NotFound',
    });
    const { Snapshots = [] } = await fleet.ec2.send(
      new DescribeSnapshotsCommand({ Filters: [{ Name: 'volume-id', Values: [first.Data] }] }),
    );
    assert.deepEqual(
      Snapshots.map(({ State, VolumeSize }) => [State, VolumeSize]),
      [['completed', 1]],
    );

    const second = await deploy('second', Snapshots[0]?.SnapshotId);
    assert.match(await fleet.consoleOf(second.Server), /^found: kept$/m);
    const { Volumes = [] } = await fleet.ec2.send(new DescribeVolumesCommand({ VolumeIds: [second.Data] }));
    assert.equal(Volumes[0]?.Attachments?.[0]?.InstanceId, second.Server);
    assert.ok(Volumes[0]?.Tags?.some(({ Key, Value }) => Key === 'holds' && Value === 'orders'));
  });
});
