import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  EnableEbsEncryptionByDefaultCommand,
  ModifyVolumeCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { notHere } from '../../../tests/not-here.ts';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { BlockDevices } from '../../engines/compute/block-devices.ts';
import { machines } from './behaviour/machines.ts';
import { Fleet, lacking } from './instances.fixture.ts';

const noDevices = lacking ?? notHere('volumes of instances', new BlockDevices().lacking);

describe('EBS volumes', () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let SubnetId: string;
  const AvailabilityZone = 'us-east-1a';

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'sts'], clock: 'running' });
    fleet = new Fleet(orrery);
    SubnetId = await fleet.subnet(await fleet.vpc(), '10.0.1.0/24');
  });
  after(() => orrery.stop());

  const make = async (more: object = {}): Promise<string> => {
    const made = await fleet.ec2.send(new CreateVolumeCommand({ AvailabilityZone, Size: 1, ...more }));
    return made.VolumeId ?? '';
  };
  const stateOf = async (VolumeId: string) => {
    const { Volumes = [] } = await fleet.ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }));
    return Volumes[0]?.State;
  };
  /** Until the instance has said so on its console. */
  const said = async (id: string, what: RegExp): Promise<RegExpExecArray> => {
    for (let tries = 0; tries < 100; tries += 1) {
      const found = what.exec(orrery.kernel.engine(machines).console(id));
      if (found) return found;
      await orrery.clock.sleep(50, undefined, { basis: 'elapsed' });
    }
    throw new Error(`${what} was not said: ${orrery.kernel.engine(machines).console(id)}`);
  };

  test('keep what is written on them from one instance to the next, and in their snapshots', {
    skip: noDevices,
  }, async () => {
    const VolumeId = await make();
    const waits = `#!/bin/bash
until [ -b /dev/xvdf ]; do sleep 0.05; done
`;
    const first = await fleet.run(
      `${waits}mkfs.ext4 -q /dev/sdf && mkdir /data && mount /dev/sdf /data && echo kept > /data/file && sync && echo written
until [ -f /tmp/never ]; do sleep 1; done
`,
      { SubnetId },
    );
    await fleet.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: first.id, Device: '/dev/sdf' }));
    await said(first.id, /written/);
    const { SnapshotId = '' } = await fleet.ec2.send(new CreateSnapshotCommand({ VolumeId }));
    const { State } = await fleet.ec2.send(new DetachVolumeCommand({ VolumeId }));
    assert.equal(State, 'busy');
    await fleet.ec2.send(new StopInstancesCommand({ InstanceIds: [first.id] }));
    await fleet.until(first.id, 'stopped');
    assert.equal(await stateOf(VolumeId), 'available');
    const { Snapshots = [] } = await fleet.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }));
    assert.equal(Snapshots[0]?.State, 'completed');
    const copy = await make({ SnapshotId, Size: 2 });
    const second = await fleet.run(
      `${waits}until [ -b /dev/nvme2n1 ]; do sleep 0.05; done
mkdir /a /b; mount /dev/nvme1n1 /a && mount -o ro /dev/xvdg /b && echo both: $(cat /a/file /b/file)
umount /a /b; echo bytes: $(blockdev --getsize64 /dev/sdg)
`,
      { SubnetId },
    );
    await fleet.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: second.id, Device: '/dev/sdf' }));
    await fleet.ec2.send(new AttachVolumeCommand({ VolumeId: copy, InstanceId: second.id, Device: '/dev/sdg' }));
    await said(second.id, /both: kept kept/);
    assert.equal((await said(second.id, /bytes: (\d+)/))[1], String(2 * 2 ** 30));
    const detached = await fleet.ec2.send(new DetachVolumeCommand({ VolumeId: copy }));
    assert.equal(detached.State, 'detaching');
    assert.equal(await stateOf(copy), 'available');
  });

  test('of a launch go with its instance where DeleteOnTermination says so', { skip: noDevices }, async () => {
    const script = '#!/bin/bash\nls /dev/ebs; [ -b /dev/sdb ] && [ -b /dev/sdc ] && echo both are there\n';
    const BlockDeviceMappings = [
      { DeviceName: '/dev/sdb', Ebs: { VolumeSize: 1, VolumeType: 'gp3' as const } },
      { DeviceName: '/dev/sdc', Ebs: { VolumeSize: 1, DeleteOnTermination: false } },
    ];
    const { id } = await fleet.run(script, { SubnetId, BlockDeviceMappings });
    await said(id, /both are there/);
    const { Reservations = [] } = await fleet.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    const mappings = Reservations[0]?.Instances?.[0]?.BlockDeviceMappings ?? [];
    const [, goes, stays] = mappings.map(({ Ebs }) => Ebs?.VolumeId ?? '');
    await fleet.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await fleet.until(id, 'terminated');
    await assert.rejects(stateOf(goes ?? ''), { name: 'InvalidVolume.NotFound' });
    assert.equal(await stateOf(stays ?? ''), 'available');
  });

  test('grow, are encrypted by default where the account says so, and are refused as AWS refuses them', async () => {
    const VolumeId = await make({ VolumeType: 'gp3' });
    const { VolumeModification } = await fleet.ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 3, Iops: 4000 }));
    assert.deepEqual(
      [VolumeModification?.OriginalSize, VolumeModification?.TargetSize, VolumeModification?.TargetIops],
      [1, 3, 4000],
    );
    await assert.rejects(fleet.ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 2 })), {
      message: 'New size cannot be smaller than existing size',
    });
    await fleet.ec2.send(new EnableEbsEncryptionByDefaultCommand({}));
    const { Volumes = [] } = await fleet.ec2.send(new DescribeVolumesCommand({ VolumeIds: [await make()] }));
    assert.equal(Volumes[0]?.Encrypted, true);
    await assert.rejects(make({ VolumeType: 'io2', Size: 4 }), { name: 'MissingParameter' });
    await assert.rejects(make({ AvailabilityZone: 'us-east-1z' }), { name: 'InvalidZone.NotFound' });
    await fleet.ec2.send(new DeleteVolumeCommand({ VolumeId }));
    await assert.rejects(stateOf(VolumeId), { name: 'InvalidVolume.NotFound' });
  });
});
