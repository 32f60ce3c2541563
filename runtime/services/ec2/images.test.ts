import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateImageCommand,
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  RegisterImageCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { Fleet, lacking } from './instances.fixture.ts';

const golden = `#!/bin/bash
mkdir -p /opt/app && echo from the first > /opt/app/data
cat > /etc/systemd/system/app.service <<'EOF'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'cat /opt/app/data > /opt/app/started'
[Install]
WantedBy=multi-user.target
EOF
systemctl enable app
`;
const reads = `#!/bin/bash
echo "data: $(cat /opt/app/data), started: $(cat /opt/app/started), $(systemctl is-active app), $(hostname)"
`;

describe('images of one’s own', { skip: lacking }, () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let SubnetId: string;
  let first: { id: string };

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'sts'], clock: 'running' });
    fleet = new Fleet(orrery);
    SubnetId = await fleet.subnet(await fleet.vpc(), '10.0.1.0/24');
    first = await fleet.run(golden, { SubnetId });
    await fleet.consoleOf(first.id);
  });
  after(() => orrery.stop());

  const imageOf = async (ImageId: string) => {
    const { Images = [] } = await fleet.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId], Owners: ['self'] }));
    return Images[0];
  };
  const rootOf = async (id: string): Promise<string> => {
    const { Reservations = [] } = await fleet.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations[0]?.Instances?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
  };
  /** What is under way when an answer is given goes on beside it; the states tell when it is done. */
  const until = async (is: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; !(await is()); tries += 1) {
      assert.ok(tries < 200, 'it did not come to that state');
      await orrery.clock.sleep(50, undefined, { basis: 'elapsed' });
    }
  };

  test('an instance of an image has the files of the one it was made of, which is booted again for it', async () => {
    const { ImageId = '' } = await fleet.ec2.send(
      new CreateImageCommand({
        InstanceId: first.id,
        Name: 'golden',
        Description: 'the app',
        TagSpecifications: [
          { ResourceType: 'image', Tags: [{ Key: 'of', Value: 'app' }] },
          { ResourceType: 'snapshot', Tags: [{ Key: 'of', Value: 'its disk' }] },
        ],
      }),
    );
    const made = await imageOf(ImageId);
    assert.equal(made?.State, 'pending');
    await assert.rejects(fleet.run(reads, { SubnetId, ImageId }), { name: 'InvalidAMIID.Unavailable' });
    await until(async () => (await imageOf(ImageId))?.State === 'available');
    const image = await imageOf(ImageId);
    assert.deepEqual(
      [image?.Name, image?.Description, image?.OwnerId, image?.Public, image?.Architecture, image?.SourceInstanceId],
      ['golden', 'the app', '000000000000', false, 'x86_64', first.id],
    );
    assert.deepEqual(image?.Tags, [{ Key: 'of', Value: 'app' }]);
    const SnapshotId = image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
    const { Snapshots = [] } = await fleet.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }));
    assert.equal(Snapshots[0]?.Description, `Created by CreateImage(${first.id}) for ${ImageId}`);
    assert.deepEqual(Snapshots[0]?.Tags, [{ Key: 'of', Value: 'its disk' }]);
    await fleet.until(first.id, 'running');

    const second = await fleet.run(reads, { SubnetId, ImageId });
    const said = await fleet.consoleOf(second.id);
    assert.match(said, /data: from the first, started: from the first, active, ip-10-0-1-/);

    // It is a copy: what becomes of one does not touch the other, or the image.
    await fleet.ec2.send(new TerminateInstancesCommand({ InstanceIds: [second.id] }));
    await fleet.until(second.id, 'terminated');
    const third = await fleet.run(reads, { SubnetId, ImageId });
    assert.match(await fleet.consoleOf(third.id), /data: from the first/);
  });

  test('a snapshot of a root volume is registered as an image', async () => {
    const { SnapshotId = '', VolumeSize } = await fleet.ec2.send(
      new CreateSnapshotCommand({ VolumeId: await rootOf(first.id) }),
    );
    assert.equal(VolumeSize, 8);
    const isDone = async (): Promise<boolean> => {
      const { Snapshots = [] } = await fleet.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }));
      return Snapshots[0]?.State === 'completed';
    };
    await until(isDone);
    const registered = {
      Name: 'registered',
      Architecture: 'x86_64' as const,
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId, VolumeSize: 10 } }],
    };
    const { ImageId = '' } = await fleet.ec2.send(new RegisterImageCommand(registered));
    await assert.rejects(fleet.ec2.send(new RegisterImageCommand(registered)), {
      name: 'InvalidAMIName.Duplicate',
      message: `AMI name registered is already in use by AMI ${ImageId}`,
    });
    await assert.rejects(fleet.ec2.send(new DeleteSnapshotCommand({ SnapshotId })), {
      name: 'InvalidSnapshot.InUse',
      message: `The snapshot ${SnapshotId} is currently in use by ${ImageId}`,
    });
    await assert.rejects(
      fleet.run(reads, {
        SubnetId,
        ImageId,
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 9 } }],
      }),
      { message: `Volume of size 9GB is smaller than snapshot '${SnapshotId}', expect size>= 10GB` },
    );
    const run = await fleet.run(reads, { SubnetId, ImageId });
    assert.match(await fleet.consoleOf(run.id), /data: from the first/);
    const { Reservations = [] } = await fleet.ec2.send(new DescribeInstancesCommand({ InstanceIds: [run.id] }));
    assert.equal(Reservations[0]?.Instances?.[0]?.MetadataOptions?.HttpTokens, 'optional');

    const { DeleteSnapshotResults } = await fleet.ec2.send(
      new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }),
    );
    assert.deepEqual(DeleteSnapshotResults, [{ SnapshotId, ReturnCode: 'success' }]);
    await assert.rejects(isDone(), { name: 'InvalidSnapshot.NotFound' });
    await assert.rejects(fleet.run(reads, { SubnetId, ImageId }), { name: 'InvalidAMIID.NotFound' });
  });

  test('names, owners and images of Amazon’s are as AWS has them', async () => {
    const ids = async (Owners: string[]): Promise<(string | undefined)[]> =>
      ((await fleet.ec2.send(new DescribeImagesCommand({ Owners }))).Images ?? []).map(({ Name }) => Name);
    assert.deepEqual(await ids(['self']), ['golden']);
    assert.ok(!(await ids(['amazon'])).includes('golden'));
    await assert.rejects(fleet.ec2.send(new CreateImageCommand({ InstanceId: first.id, Name: 'a' })), {
      name: 'InvalidAMIName.Malformed',
    });
    await assert.rejects(fleet.ec2.send(new DeregisterImageCommand({ ImageId: await fleet.imageId() })), {
      name: 'AuthFailure',
    });
    const { Images: [golden] = [] } = await fleet.ec2.send(
      new DescribeImagesCommand({ Filters: [{ Name: 'tag:of', Values: ['app'] }] }),
    );
    const ImageId = golden?.ImageId ?? '';
    await assert.rejects(
      fleet.ec2.send(
        new RunInstancesCommand({ ImageId, InstanceType: 't4g.micro', MinCount: 1, MaxCount: 1, SubnetId }),
      ),
      { name: 'InvalidParameterValue' },
    );
  });
});
