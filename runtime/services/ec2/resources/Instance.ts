import { stackMachines } from '../../../engines/cloudformation/deployment/stack-machines.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { volumeKinds } from '../fidelity.ts';
import { retag, tagSpecification, unlessGone } from './taking-down.ts';

interface InstanceProperties {
  CreditSpecification?: { CPUCredits?: string };
  IamInstanceProfile?: string;
  Monitoring?: boolean;
  AvailabilityZone?: string;
  NetworkInterfaces?: { GroupSet?: string[]; [name: string]: unknown }[];
  SecurityGroupIds?: string[];
  DisableApiTermination?: boolean;
  Tags?: { Key: string; Value: string }[];
  [name: string]: unknown;
}

const notDone = { refused: 'instances are sandboxes of one kind here.' };

/** AWS::EC2::Instance. Ref is the id. */
export const Instance = defineResource<InstanceProperties>({
  type: 'AWS::EC2::Instance',
  properties: {
    AvailabilityZone: 'executed',
    BlockDeviceMappings: 'executed',
    'BlockDeviceMappings.VirtualName': { refused: 'instances have no instance store.' },
    // CloudFormation has no Throughput here.
    ...Object.fromEntries(volumeKinds.filter((path) => !/Throughput$/.test(path)).map((path) => [path, 'stored'])),
    CreditSpecification: 'stored',
    DisableApiTermination: 'executed',
    EbsOptimized: 'stored',
    IamInstanceProfile: 'executed',
    ImageId: 'executed',
    InstanceInitiatedShutdownBehavior: 'executed',
    InstanceType: 'executed',
    KeyName: 'stored',
    LaunchTemplate: 'executed',
    MetadataOptions: 'executed',
    'MetadataOptions.HttpPutResponseHopLimit': 'stored',
    Monitoring: 'executed',
    NetworkInterfaces: 'executed',
    PrivateIpAddress: 'executed',
    PropagateTagsToVolumeOnCreation: 'stored',
    SecurityGroupIds: 'executed',
    SubnetId: 'executed',
    Tags: 'stored',
    UserData: 'executed',
    SecurityGroups: { refused: 'name groups by SecurityGroupIds.' },
    SourceDestCheck: { refused: 'instances do not route for others.' },
    Tenancy: notDone,
    Volumes: { refused: 'attach volumes by AWS::EC2::VolumeAttachment.' },
    AdditionalInfo: notDone,
    Affinity: notDone,
    CpuOptions: notDone,
    ElasticGpuSpecifications: notDone,
    ElasticInferenceAccelerators: notDone,
    EnclaveOptions: notDone,
    HibernationOptions: notDone,
    HostId: notDone,
    HostResourceGroupArn: notDone,
    Ipv6AddressCount: { refused: 'VPCs have IPv4 alone here.' },
    Ipv6Addresses: { refused: 'VPCs have IPv4 alone here.' },
    KernelId: notDone,
    LicenseSpecifications: notDone,
    PlacementGroupName: notDone,
    PrivateDnsNameOptions: notDone,
    RamdiskId: notDone,
    SsmAssociations: notDone,
  },
  async create(
    ctx,
    { CreditSpecification, IamInstanceProfile, Monitoring, AvailabilityZone, NetworkInterfaces, Tags, ...input },
  ) {
    const { Instances } = await ctx.call<{ Instances: { InstanceId: string }[] }>('ec2', 'RunInstances', {
      ...input,
      ...(CreditSpecification ? { CreditSpecification: { CpuCredits: CreditSpecification.CPUCredits } } : {}),
      MinCount: 1,
      MaxCount: 1,
      ...(IamInstanceProfile ? { IamInstanceProfile: { Name: IamInstanceProfile } } : {}),
      ...(Monitoring === undefined ? {} : { Monitoring: { Enabled: Monitoring } }),
      ...(AvailabilityZone ? { Placement: { AvailabilityZone } } : {}),
      ...(NetworkInterfaces
        ? {
            NetworkInterfaces: NetworkInterfaces.map(({ GroupSet, ...face }) => ({
              ...face,
              ...(GroupSet ? { Groups: GroupSet } : {}),
            })),
          }
        : {}),
      ...tagSpecification(ctx, 'instance', Tags),
    });
    const id = Instances[0]?.InstanceId ?? '';
    ctx.engine(stackMachines).belongs(ctx, id, ctx.stackId);
    return describe(ctx, id);
  },
  async update(ctx, InstanceId, properties, previous) {
    const { SecurityGroupIds, DisableApiTermination = false } = properties;
    for (const name of ['InstanceType', 'UserData', 'IamInstanceProfile', 'Monitoring', 'MetadataOptions'])
      if (JSON.stringify(properties[name]) !== JSON.stringify(previous[name]))
        throw new Error(
          `A change of ${name} to a running instance is refused: Orrery does not run it yet; replace the instance.`,
        );
    await ctx.call('ec2', 'ModifyInstanceAttribute', {
      InstanceId,
      DisableApiTermination: { Value: DisableApiTermination },
    });
    if (SecurityGroupIds) await ctx.call('ec2', 'ModifyInstanceAttribute', { InstanceId, Groups: SecurityGroupIds });
    await retag(ctx, InstanceId, properties.Tags, previous.Tags);
    return describe(ctx, InstanceId);
  },
  async delete(ctx, InstanceId) {
    ctx.engine(stackMachines).forget(ctx, InstanceId);
    // What it stood in, its subnet and groups, can be deleted only once it has let go of them.
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const unsubscribe = ctx.events.on('ec2.instance-state', ({ instanceId, state }) => {
      if (instanceId === InstanceId && state === 'terminated') end();
    });
    try {
      await unlessGone(ctx.call('ec2', 'TerminateInstances', { InstanceIds: [InstanceId] }));
      if ((await stateOf(ctx, InstanceId)) === 'shutting-down') await ended;
    } finally {
      unsubscribe();
    }
  },
});

async function find(ctx: ResourceContext, InstanceId: string) {
  const { Reservations } = await ctx.call<{ Reservations: { Instances: Record<string, unknown>[] }[] }>(
    'ec2',
    'DescribeInstances',
    {
      Filters: [{ Name: 'instance-id', Values: [InstanceId] }],
    },
  );
  return Reservations[0]?.Instances[0];
}

async function stateOf(ctx: ResourceContext, id: string): Promise<string | undefined> {
  return ((await find(ctx, id))?.State as { Name: string } | undefined)?.Name;
}

async function describe(ctx: ResourceContext, InstanceId: string) {
  const found = (await find(ctx, InstanceId)) ?? {};
  return {
    physicalId: InstanceId,
    attributes: {
      InstanceId,
      AvailabilityZone: (found.Placement as { AvailabilityZone: string } | undefined)?.AvailabilityZone,
      PrivateDnsName: found.PrivateDnsName,
      PrivateIp: found.PrivateIpAddress,
      PublicDnsName: found.PublicDnsName,
      PublicIp: found.PublicIpAddress ?? '',
      VpcId: found.VpcId,
    },
  };
}
