import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidCombination, invalidParameterValue, notFound } from '../errors.ts';
import { type Instance, instances, keyPairs } from '../instance-state.ts';
import { type NetworkInterface, networkInterfaces, type Subnet, subnets, vpcs } from '../network-state.ts';
import { askedOf } from './asked-of-instance.ts';
import { checkCapacity } from './capacity.ts';
import { imageFor, mappingsOver } from './image-choice.ts';
import { userDataRefusal } from './instance-disk.ts';
import { instanceType } from './instance-types.ts';
import { defaultGroupOf, givePublicAddress, makeInterface } from './interfaces.ts';
import { templateNamed, versionNamed } from './named-template.ts';
import { newId } from './noun.ts';
import { rootVolumeOf } from './root-volume.ts';
import { tagsFor } from './tag-rules.ts';
import { encryptionOf } from './volume-rules.ts';

/** What the request says, over what its launch template says ("Launch instances from a launch template"). */
export function withTemplate(
  ctx: Context,
  { LaunchTemplate: named, ...input }: RunInstancesCommandInput,
): RunInstancesCommandInput {
  if (!named) return input as RunInstancesCommandInput;
  const version = versionNamed(templateNamed(ctx, named), named.Version ?? '$Default');
  const said = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  return { ...(version.data as Partial<RunInstancesCommandInput>), ...said } as RunInstancesCommandInput;
}

/** Volumes that the image brings, under what the launch says of them. */
export function withImage(ctx: Context, input: RunInstancesCommandInput): RunInstancesCommandInput {
  const { mappings } = imageFor(ctx, input.ImageId);
  return { ...input, BlockDeviceMappings: mappingsOver(mappings, input.BlockDeviceMappings) };
}

export function makeInstance(
  ctx: Context,
  input: RunInstancesCommandInput,
  { ReservationId, index }: { ReservationId: string; index: number },
): Instance {
  const type = instanceType(input.InstanceType ?? 'm1.small');
  if (!type)
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value '${input.InstanceType ?? 'm1.small'}' for InstanceType. Orrery knows the types that DescribeInstanceTypes lists.`,
    );
  const image = imageFor(ctx, input.ImageId);
  const architecture = type.arm ? 'arm64' : 'x86_64';
  if (image.Architecture !== architecture)
    throw new AwsError(
      'InvalidParameterValue',
      `The architecture '${architecture}' of the specified instance type does not match the architecture '${image.Architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
    );
  if (input.KeyName !== undefined && !keyPairs.all(ctx).some(({ KeyName }) => KeyName === input.KeyName))
    throw notFound('InvalidKeyPair.NotFound', `The key pair '${input.KeyName}' does not exist`);
  const refusal = userDataRefusal(input.UserData);
  if (refusal) throw refused('ec2 RunInstances parameter UserData', refusal);
  const rootVolume = rootVolumeOf(image, input.BlockDeviceMappings);
  const InstanceId = instances.newId(ctx);
  const face = attachFace(ctx, input, InstanceId);
  const metadata = input.MetadataOptions;
  return instances.put(ctx, {
    InstanceId,
    ImageId: image.ImageId,
    Architecture: image.Architecture,
    rootSnapshotId: image.rootSnapshotId,
    InstanceType: type.InstanceType,
    ...(input.KeyName ? { KeyName: input.KeyName } : {}),
    SubnetId: face.SubnetId,
    VpcId: face.VpcId,
    AvailabilityZone: face.AvailabilityZone,
    NetworkInterfaceId: face.NetworkInterfaceId,
    PrivateIpAddress: face.PrivateIpAddress,
    ReservationId,
    AmiLaunchIndex: index,
    launchedMs: ctx.clock.now(),
    state: 'pending',
    ...(input.UserData ? { userData: input.UserData } : {}),
    // Amazon Linux 2023 images ask for IMDSv2 alone, and two hops ("Instance metadata options of AL2023").
    httpTokens: metadata?.HttpTokens ?? image.httpTokens,
    httpEndpoint: metadata?.HttpEndpoint ?? 'enabled',
    hopLimit: metadata?.HttpPutResponseHopLimit ?? 2,
    httpProtocolIpv6: metadata?.HttpProtocolIpv6 ?? 'disabled',
    metadataTags: metadata?.InstanceMetadataTags ?? 'disabled',
    shutdownBehavior: input.InstanceInitiatedShutdownBehavior ?? 'stop',
    terminationProtected: input.DisableApiTermination ?? false,
    ...(input.CreditSpecification?.CpuCredits ? { cpuCredits: input.CreditSpecification.CpuCredits } : {}),
    asked: askedOf(input),
    ebsOptimized: input.EbsOptimized ?? false,
    stopProtected: input.DisableApiStop ?? false,
    detailedMonitoring: input.Monitoring?.Enabled ?? false,
    RootVolumeId: newId(ctx, 'vol'),
    rootVolume: { ...rootVolume, ...encryptionOf(ctx, { ...rootVolume, SnapshotId: image.rootSnapshotId }) },
    volumeTags: tagsFor(input.TagSpecifications, 'volume', ['instance', 'network-interface', 'spot-instances-request']),
    takesPublicAddress: face.Association?.IpOwnerId === 'amazon',
    initialized: false,
    Tags: tagsFor(input.TagSpecifications, 'instance', ['volume', 'network-interface', 'spot-instances-request']),
  });
}

function attachFace(ctx: Context, input: RunInstancesCommandInput, InstanceId: string): NetworkInterface {
  const given = input.NetworkInterfaces ?? [];
  if (given.length > 1) throw refused('ec2 RunInstances with several NetworkInterfaces');
  const [spec] = given;
  if (spec && (input.SubnetId || input.SecurityGroupIds?.length))
    throw invalidCombination(
      'Network interfaces and an instance-level subnet ID or security groups may not be specified on the same request',
    );
  const face = spec?.NetworkInterfaceId ? networkInterfaces.find(ctx, spec.NetworkInterfaceId) : newFace(ctx, input);
  if (face.Attachment)
    throw new AwsError('InvalidNetworkInterface.InUse', `Interface: [${face.NetworkInterfaceId}] in use.`);
  return networkInterfaces.put(ctx, {
    ...networkInterfaces.find(ctx, face.NetworkInterfaceId),
    Status: 'in-use',
    Attachment: {
      AttachmentId: newId(ctx, 'eni-attach'),
      DeviceIndex: 0,
      InstanceId,
      InstanceOwnerId: ctx.account,
      Status: 'attached',
      DeleteOnTermination: spec?.DeleteOnTermination ?? spec?.NetworkInterfaceId === undefined,
      attachedMs: ctx.clock.now(),
    },
  });
}

function newFace(ctx: Context, input: RunInstancesCommandInput): NetworkInterface {
  const spec = input.NetworkInterfaces?.[0];
  const subnet = subnetFor(ctx, spec?.SubnetId ?? input.SubnetId, input.Placement?.AvailabilityZone);
  const groups = spec?.Groups ?? input.SecurityGroupIds ?? [];
  const wanted = spec?.PrivateIpAddress ?? input.PrivateIpAddress;
  const face = makeInterface(ctx, {
    subnet,
    Description: spec?.Description ?? '',
    groupIds: groups.length > 0 ? groups : [defaultGroupOf(ctx, subnet.VpcId)],
    ...(wanted === undefined ? {} : { PrivateIpAddress: wanted }),
    Tags: [],
  });
  if (!(spec?.AssociatePublicIpAddress ?? subnet.MapPublicIpOnLaunch)) return face;
  return givePublicAddress(ctx, face);
}

/** Where it will be; an experiment may have left that zone without room for the caller. */
export function checkRoom(ctx: Context, input: RunInstancesCommandInput): void {
  const spec = input.NetworkInterfaces?.[0];
  const { AvailabilityZone } = spec?.NetworkInterfaceId
    ? networkInterfaces.find(ctx, spec.NetworkInterfaceId)
    : subnetFor(ctx, spec?.SubnetId ?? input.SubnetId, input.Placement?.AvailabilityZone);
  checkCapacity(ctx, input.InstanceType ?? '', AvailabilityZone);
}

function subnetFor(ctx: Context, id: string | undefined, zone: string | undefined): Subnet {
  if (id !== undefined) return subnets.find(ctx, id);
  const vpc = vpcs.all(ctx).find(({ IsDefault }) => IsDefault);
  if (!vpc) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user.');
  const found = subnets
    .all(ctx)
    .find((subnet) => subnet.VpcId === vpc.VpcId && (zone === undefined || subnet.AvailabilityZone === zone));
  if (!found) throw invalidParameterValue(`No default subnet in availability zone: '${zone}'.`);
  return found;
}
