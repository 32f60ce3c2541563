import type {
  DescribeImagesCommandInput,
  DescribeInstanceTypeOfferingsCommandInput,
  DescribeInstanceTypesCommandInput,
} from '@aws-sdk/client-ec2';
import { publicImages } from '../../../engines/compute/public-images.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { zonesOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import { instanceTypes } from '../behaviour/instance-types.ts';
import { list } from '../behaviour/listing.ts';
import { rootDevice } from '../behaviour/root-volume.ts';
import { notFound } from '../errors.ts';
import { type Image, images } from '../image-state.ts';

const imageFilters = {
  architecture: 'Architecture',
  'block-device-mapping.device-name': 'BlockDeviceMappings.DeviceName',
  'block-device-mapping.snapshot-id': 'BlockDeviceMappings.Ebs.SnapshotId',
  'creation-date': 'CreationDate',
  description: 'Description',
  'image-id': 'ImageId',
  'image-type': 'ImageType',
  'is-public': 'Public',
  name: 'Name',
  'owner-alias': 'ImageOwnerAlias',
  'owner-id': 'OwnerId',
  'root-device-name': 'RootDeviceName',
  'root-device-type': 'RootDeviceType',
  'source-instance-id': 'SourceInstanceId',
  state: 'State',
  'virtualization-type': 'VirtualizationType',
};

/** Amazon's account for its images. */
const OwnerId = '137112412989';

/** What all images here have in common. */
const common = {
  ImageType: 'machine' as const,
  RootDeviceName: rootDevice,
  RootDeviceType: 'ebs' as const,
  VirtualizationType: 'hvm' as const,
  Hypervisor: 'xen' as const,
  EnaSupport: true,
};

export function DescribeImages(ctx: Context, input: DescribeImagesCommandInput) {
  const ofAmazon = publicImages(ctx.region).map(({ parameters: _parameters, ...image }) => ({
    ...image,
    ...common,
    OwnerId,
    ImageOwnerAlias: 'amazon',
    ImageLocation: `amazon/${image.Name}`,
    CreationDate: '2025-11-17T00:00:00.000Z',
    Public: true,
    State: 'available' as const,
    ImdsSupport: 'v2.0' as const,
  }));
  const all = [...ofAmazon, ...images.all(ctx).map((image) => describeOwn(ctx, image))];
  const unknown = input.ImageIds?.find((id) => !all.some(({ ImageId }) => ImageId === id));
  if (unknown) throw notFound('InvalidAMIID.NotFound', `The image id '[${unknown}]' does not exist`);
  const owners = (input.Owners ?? []).map((owner) =>
    owner === 'self' ? ctx.account : owner === 'amazon' ? OwnerId : owner,
  );
  const wanted = all
    .filter((image) => owners.length === 0 || owners.includes(image.OwnerId))
    .filter((image) => isExecutable(image, input.ExecutableUsers ?? []))
    .filter(({ ImageId }) => (input.ImageIds?.length ? input.ImageIds.includes(ImageId) : true));
  const { page, ...rest } = list(wanted, input, imageFilters);
  return { Images: page, ...rest };
}

/** `all`: public ones; `self`: those that others share with this account, of which there are none. */
function isExecutable({ Public }: { Public: boolean }, users: readonly string[]): boolean {
  return users.length === 0 || (users.includes('all') && Public);
}

function describeOwn(ctx: Context, { createdMs, ...image }: Image) {
  return {
    ...image,
    ...common,
    BootMode: image.BootMode as never,
    ImageLocation: `${ctx.account}/${image.Name}`,
    CreationDate: new Date(createdMs).toISOString(),
    Public: false,
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
  };
}

const typeFilters = {
  'current-generation': 'CurrentGeneration',
  'instance-type': 'InstanceType',
  'memory-info.size-in-mib': 'MemoryInfo.SizeInMiB',
  'processor-info.supported-architecture': 'ProcessorInfo.SupportedArchitectures',
  'vcpu-info.default-vcpus': 'VCpuInfo.DefaultVCpus',
  'burstable-performance-supported': 'BurstablePerformanceSupported',
};

export function DescribeInstanceTypes(_ctx: Context, input: DescribeInstanceTypesCommandInput) {
  const unknown = input.InstanceTypes?.find((name) => !instanceTypes.some(({ InstanceType }) => InstanceType === name));
  if (unknown)
    throw new AwsError('InvalidInstanceType', `The following supplied instance types do not exist: [${unknown}]`);
  const all = instanceTypes
    .filter(({ InstanceType }) => input.InstanceTypes?.includes(InstanceType as never) ?? true)
    .map(({ InstanceType, vcpus, memoryMiB, arm, burstable }) => ({
      InstanceType: InstanceType as never,
      CurrentGeneration: !InstanceType.startsWith('t2.'),
      BareMetal: false,
      BurstablePerformanceSupported: burstable,
      MemoryInfo: { SizeInMiB: memoryMiB },
      ProcessorInfo: { SupportedArchitectures: [arm ? ('arm64' as const) : ('x86_64' as const)] },
      VCpuInfo: { DefaultVCpus: vcpus },
      SupportedUsageClasses: ['on-demand' as const],
      SupportedVirtualizationTypes: ['hvm' as const],
    }));
  const { page, ...rest } = list(all, input, typeFilters);
  return { InstanceTypes: page, ...rest };
}

export function DescribeInstanceTypeOfferings(ctx: Context, input: DescribeInstanceTypeOfferingsCommandInput) {
  const LocationType = input.LocationType ?? 'region';
  const locations = LocationType === 'region' ? [ctx.region] : zonesOf(ctx.region);
  const all = instanceTypes.flatMap(({ InstanceType }) =>
    locations.map((Location) => ({ InstanceType: InstanceType as never, Location, LocationType })),
  );
  const { page, ...rest } = list(
    all,
    { ...input, MaxResults: undefined },
    { 'instance-type': 'InstanceType', location: 'Location' },
  );
  return { InstanceTypeOfferings: page, ...rest };
}
