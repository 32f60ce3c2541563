import { publicImages } from '../../../engines/compute/public-images.ts';
import type { Context } from '../../../kernel/service.ts';
import type { Instance, InstanceState } from '../instance-state.ts';
import { networkInterfaces, vpcs } from '../network-state.ts';
import { type Volume, volumes } from '../volume-state.ts';
import { deletedWithInstance, rootDevice } from './root-volume.ts';

/** "InstanceState" (Amazon EC2 API Reference). */
const codes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function stateOf(Name: InstanceState) {
  return { Code: codes[Name], Name };
}

export function describeInstance(ctx: Context, instance: Instance) {
  const face = networkInterfaces.records(ctx).get(instance.NetworkInterfaceId);
  const there = instance.state !== 'terminated' && face !== undefined;
  const { Tenancy = 'default', ...asked } = instance.asked ?? {};
  const { ImageId, InstanceId, InstanceType, KeyName, AmiLaunchIndex, StateReason, Tags, AvailabilityZone } = instance;
  return {
    ImageId,
    InstanceId,
    InstanceType: InstanceType as never,
    KeyName,
    AmiLaunchIndex,
    StateReason,
    StateTransitionReason: StateReason?.Message ?? '',
    Tags,
    Architecture: instance.Architecture ?? architectureOf(ctx.region, ImageId),
    BlockDeviceMappings: [
      {
        DeviceName: rootDevice,
        Ebs: {
          VolumeId: instance.RootVolumeId,
          Status: 'attached' as const,
          DeleteOnTermination: deletedWithInstance(instance),
          AttachTime: new Date(instance.launchedMs),
        },
      },
      ...volumes
        .all(ctx)
        .flatMap(({ VolumeId, Attachment }) =>
          Attachment?.InstanceId === InstanceId ? [mappingOf(VolumeId, Attachment)] : [],
        )
        .sort((a, b) => (a.DeviceName < b.DeviceName ? -1 : 1)),
    ],
    EbsOptimized: instance.ebsOptimized ?? false,
    ...asked,
    Hypervisor: 'xen' as const,
    IamInstanceProfile: instance.profile && { Arn: instance.profile.Arn, Id: instance.profile.AssociationId },
    LaunchTime: new Date(instance.launchedMs),
    MetadataOptions: {
      HttpEndpoint: instance.httpEndpoint,
      HttpTokens: instance.httpTokens,
      HttpPutResponseHopLimit: instance.hopLimit,
      HttpProtocolIpv6: instance.httpProtocolIpv6 ?? 'disabled',
      InstanceMetadataTags: instance.metadataTags ?? 'disabled',
      State: 'applied' as const,
    },
    Monitoring: { State: instance.detailedMonitoring ? ('enabled' as const) : ('disabled' as const) },
    NetworkInterfaces: there ? [faceOf(face)] : [],
    Placement: { AvailabilityZone, GroupName: '', Tenancy },
    PrivateDnsName: there ? face.PrivateDnsName : '',
    PrivateIpAddress: there ? face.PrivateIpAddress : undefined,
    PublicDnsName: there && hasHostNames(ctx, instance.VpcId) ? (face.Association?.PublicDnsName ?? '') : '',
    PublicIpAddress: there ? face.Association?.PublicIp : undefined,
    RootDeviceName: rootDevice,
    RootDeviceType: 'ebs' as const,
    SecurityGroups: there ? face.Groups : [],
    SourceDestCheck: true,
    State: stateOf(instance.state),
    SubnetId: instance.SubnetId,
    VirtualizationType: 'hvm' as const,
    VpcId: instance.VpcId,
  };
}

function faceOf(face: ReturnType<typeof networkInterfaces.find>) {
  const {
    NetworkInterfaceId,
    SubnetId,
    VpcId,
    PrivateIpAddress,
    PrivateIpAddresses,
    Groups,
    MacAddress,
    Attachment,
    Association,
    Description,
  } = face;
  return {
    NetworkInterfaceId,
    SubnetId,
    VpcId,
    PrivateIpAddress,
    PrivateIpAddresses,
    Groups,
    MacAddress,
    Association,
    Description,
    Status: 'in-use' as const,
    Attachment: Attachment && {
      AttachmentId: Attachment.AttachmentId,
      DeviceIndex: Attachment.DeviceIndex,
      DeleteOnTermination: Attachment.DeleteOnTermination,
      Status: 'attached' as const,
      AttachTime: new Date(Attachment.attachedMs),
    },
  };
}

function architectureOf(region: string, imageId: string): 'x86_64' | 'arm64' {
  return publicImages(region).find(({ ImageId }) => ImageId === imageId)?.Architecture ?? 'x86_64';
}

function mappingOf(VolumeId: string, attachment: NonNullable<Volume['Attachment']>) {
  const { Device, DeleteOnTermination, attachedMs } = attachment;
  const Status = attachment.State === 'attached' ? ('attached' as const) : ('detaching' as const);
  return { DeviceName: Device, Ebs: { VolumeId, Status, DeleteOnTermination, AttachTime: new Date(attachedMs) } };
}

/** "DNS attributes for your VPC": public host names are given where both are on. */
function hasHostNames(ctx: Context, vpcId: string): boolean {
  const vpc = vpcs.records(ctx).get(vpcId);
  return vpc?.enableDnsSupport === true && vpc.enableDnsHostnames;
}
