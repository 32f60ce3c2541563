import { network } from '../../engines/network/network.ts';
import { formatArn } from '../../kernel/arn.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import {
  type Access,
  type Context,
  defineService,
  type Kernel,
  type OperationHandler,
  type Running,
} from '../../kernel/service.ts';
import { ensureDefaultVpc } from './behaviour/default-vpc.ts';
import { publishInstanceMetrics } from './behaviour/instance-metrics.ts';
import { machines } from './behaviour/machines.ts';
import { enforce } from './behaviour/networks.ts';
import { announceStates } from './behaviour/state-events.ts';
import { standing } from './behaviour/usage.ts';
import { vpcDoors } from './behaviour/vpc-doors.ts';
import { dryRun } from './errors.ts';
import { fidelity } from './fidelity.ts';
import { instances } from './instance-state.ts';
import { vpcs } from './network-state.ts';
import * as addresses from './operations/addresses.ts';
import * as flowLogOperations from './operations/flow-logs.ts';
import * as images from './operations/images.ts';
import * as instanceAttributes from './operations/instance-attributes.ts';
import * as instanceSettings from './operations/instance-settings.ts';
import * as instanceOperations from './operations/instances.ts';
import * as internetGateways from './operations/internet-gateways.ts';
import * as keyPairs from './operations/key-pairs.ts';
import * as launchTemplates from './operations/launch-templates.ts';
import * as natGateways from './operations/nat-gateways.ts';
import * as networkAcls from './operations/network-acls.ts';
import * as networkInterfaces from './operations/network-interfaces.ts';
import * as ownImages from './operations/own-images.ts';
import * as regionsAndZones from './operations/regions-and-zones.ts';
import * as routeTables from './operations/route-tables.ts';
import * as securityGroups from './operations/security-groups.ts';
import * as snapshots from './operations/snapshots.ts';
import * as subnets from './operations/subnets.ts';
import * as tags from './operations/tags.ts';
import * as volumes from './operations/volumes.ts';
import * as vpcEndpoints from './operations/vpc-endpoints.ts';
import * as vpcOperations from './operations/vpcs.ts';
import { resources } from './resources/resources.ts';

const operations: Record<string, OperationHandler> = lookupTable({
  ...addresses,
  ...volumes,
  ...snapshots,
  ...flowLogOperations,
  ...images,
  ...instanceAttributes,
  ...instanceOperations,
  ...instanceSettings,
  ...internetGateways,
  ...keyPairs,
  ...launchTemplates,
  ...natGateways,
  ...networkAcls,
  ...networkInterfaces,
  ...ownImages,
  ...regionsAndZones,
  ...routeTables,
  ...securityGroups,
  ...subnets,
  ...tags,
  ...vpcEndpoints,
  ...vpcOperations,
});

/** Instances change their state by themselves; they tell of it (behaviour/machines.ts). */
const changesWhatStands = [
  'RunInstances',
  'CreateVolume',
  'DeleteVolume',
  'ModifyVolume',
  'CreateSnapshot',
  'DeleteSnapshot',
  'CreateImage',
  'DeregisterImage',
  'CreateNatGateway',
  'DeleteNatGateway',
  'AllocateAddress',
  'ReleaseAddress',
  'AssociateAddress',
  'DisassociateAddress',
  'CreateVpcEndpoint',
  'ModifyVpcEndpoint',
  'DeleteVpcEndpoints',
  'CreateNetworkInterface',
  'DeleteNetworkInterface',
];

export default defineService({
  name: 'ec2',
  actionPrefix: 'ec2',
  operations: Object.fromEntries(Object.entries(operations).map(([name, handler]) => [name, prepared(handler)])),
  resources,
  authorization: authorize,
  accessDenied: { code: 'UnauthorizedOperation', status: 403 },
  fidelity,
  usage: { standing, changedBy: changesWhatStands },
  start,
});

/** Every operation can be tried without effect, and finds the default VPC. */
function prepared(handler: OperationHandler): OperationHandler {
  return (ctx, input: { DryRun?: boolean }) => {
    if (input.DryRun) throw dryRun();
    ensureDefaultVpc(ctx);
    return handler(ctx, input);
  };
}

/** Resource types by the parameter that names them ("Actions, resources, and condition keys for Amazon EC2"). */
const named: Readonly<Record<string, string>> = lookupTable({
  VpcId: 'vpc',
  SubnetId: 'subnet',
  RouteTableId: 'route-table',
  InternetGatewayId: 'internet-gateway',
  NatGatewayId: 'natgateway',
  AllocationId: 'elastic-ip',
  NetworkAclId: 'network-acl',
  GroupId: 'security-group',
  NetworkInterfaceId: 'network-interface',
  InstanceId: 'instance',
  VolumeId: 'volume',
  SnapshotId: 'snapshot',
  LaunchTemplateId: 'launch-template',
});

/** Describing needs the permission on everything; a change, on each thing it names. */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access[] {
  const action = `ec2:${operation}`;
  if (operation.startsWith('Describe')) return [{ action, resource: '*' }];
  const ids = Object.entries(named).flatMap(([parameter, type]) => {
    const value = input[parameter];
    return typeof value === 'string' ? [`${type}/${value}`] : [];
  });
  const instances = Array.isArray(input.InstanceIds) ? input.InstanceIds.map((id) => `instance/${id}`) : [];
  const all = [...ids, ...instances].map((id) => ({ action, resource: formatArn('ec2', ctx.region, ctx.account, id) }));
  // Images belong to no account in their ARN.
  if (operation === 'DeregisterImage')
    all.push({ action, resource: formatArn('ec2', ctx.region, '', `image/${input.ImageId}`) });
  return all.length > 0 ? all : [{ action, resource: '*' }];
}

async function start(kernel: Kernel): Promise<Running | undefined> {
  kernel.engine(network).furnishBy((vpcId) => kernel.engine(vpcDoors).open(vpcId));
  for (const scope of kernel.store.scopes('ec2.vpcs'))
    for (const { VpcId } of vpcs.all({ store: kernel.store, ...scope })) await enforce({ ...kernel, ...scope }, VpcId);
  bootAgain(kernel);
  const metrics = publishInstanceMetrics(kernel);
  const silence = announceStates(kernel);
  return {
    stop() {
      metrics.cancel();
      silence();
    },
  };
}

/** Instances that ran when the runtime ended run again, as after a reboot; what was under way is brought to its end. */
function bootAgain(kernel: Kernel): void {
  for (const scope of kernel.store.scopes('ec2.instances')) {
    const where = { store: kernel.store, ...scope };
    for (const instance of instances.all(where)) {
      const { InstanceId, state } = instance;
      if (state === 'running' || state === 'pending') {
        instances.put(where, { ...instance, state: 'pending' });
        void kernel.clock.track(kernel.engine(machines).boot(scope, InstanceId));
      }
      if (state === 'stopping') kernel.engine(machines).to(scope, InstanceId, 'stopped');
      if (state === 'shutting-down') {
        instances.put(where, { ...instance, terminatedMs: kernel.clock.now() });
        kernel.engine(machines).to(scope, InstanceId, 'terminated');
      }
    }
  }
}
