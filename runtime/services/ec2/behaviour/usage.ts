import { formatArn } from '../../../kernel/arn.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Standing } from '../../../kernel/usage.ts';
import { instances } from '../instance-state.ts';
import { elasticIps, natGateways, networkInterfaces, vpcEndpoints } from '../network-state.ts';
import { snapshots, volumes } from '../volume-state.ts';
import type { Where } from './noun.ts';
import { describeVolume } from './root-volume.ts';

/**
 * What is paid for by the time it exists ("Amazon EC2 On-Demand Pricing", "Amazon EBS pricing", "Amazon VPC pricing").
 * What is paid for by the byte is in flow-usage.ts; nothing leaves for the internet here.
 */
export function* standing(kernel: Kernel): Generator<Standing> {
  for (const [collection, list] of Object.entries(lists))
    for (const scope of kernel.store.scopes(collection))
      for (const [id, usageType, amount] of list({ store: kernel.store, ...scope }))
        yield { usageType, amount, resource: formatArn('ec2', scope.region, scope.account, id), ...scope };
}

type Line = readonly [id: string, usageType: string, amount: number];

const lists: Readonly<Record<string, (where: Where) => Iterable<Line>>> = lookupTable({
  *'ec2.instances'(where) {
    for (const instance of instances.all(where)) {
      const { InstanceId, InstanceType, state } = instance;
      if (state === 'running') yield [`instance/${InstanceId}`, `BoxUsage:${InstanceType}`, 1];
      if (state !== 'terminated') yield* volumeLines(describeVolume(instance));
    }
  },
  *'ec2.volumes'(where) {
    for (const volume of volumes.all(where)) yield* volumeLines(volume);
  },
  *'ec2.snapshots'(where) {
    for (const { SnapshotId, VolumeSize } of snapshots.all(where))
      yield [`snapshot/${SnapshotId}`, 'EBS:SnapshotUsage', VolumeSize];
  },
  *'ec2.nat-gateways'(where) {
    for (const { NatGatewayId, State } of natGateways.all(where))
      if (State === 'available') yield [`natgateway/${NatGatewayId}`, 'NatGateway-Hours', 1];
  },
  *'ec2.elastic-ips'(where) {
    for (const { AllocationId, AssociationId } of elasticIps.all(where))
      yield [`elastic-ip/${AllocationId}`, `PublicIPv4:${AssociationId ? 'InUse' : 'Idle'}Address`, 1];
  },
  *'ec2.network-interfaces'(where) {
    for (const { NetworkInterfaceId, Association } of networkInterfaces.all(where))
      if (Association && Association.AllocationId === undefined)
        yield [`network-interface/${NetworkInterfaceId}`, 'PublicIPv4:InUseAddress', 1];
  },
  *'ec2.vpc-endpoints'(where) {
    for (const { VpcEndpointId, NetworkInterfaceIds } of vpcEndpoints.all(where))
      if (NetworkInterfaceIds.length > 0)
        yield [`vpc-endpoint/${VpcEndpointId}`, 'VpcEndpoint-Hours', NetworkInterfaceIds.length];
  },
});

interface Sized {
  VolumeId?: string | undefined;
  VolumeType?: string | undefined;
  Size?: number | undefined;
  Iops?: number | undefined;
  Throughput?: number | undefined;
}

/** gp3 has 3,000 IOPS and 125 MiB/s in its price. */
const included = { iops: 3000, throughput: 125 };

function* volumeLines({ VolumeId, VolumeType = 'gp3', Size = 0, Iops = 0, Throughput = 0 }: Sized): Generator<Line> {
  const id = `volume/${VolumeId}`;
  yield [id, `EBS:VolumeUsage.${VolumeType}`, Size];
  if (VolumeType !== 'gp3') return;
  if (Iops > included.iops) yield [id, 'EBS:VolumeP-IOPS.gp3', Iops - included.iops];
  if (Throughput > included.throughput) yield [id, 'EBS:VolumeP-Throughput.gp3', Throughput - included.throughput];
}
