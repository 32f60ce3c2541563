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
import { notFound } from '../errors.ts';

const imageFilters = {
  architecture: 'Architecture',
  description: 'Description',
  'image-id': 'ImageId',
  'is-public': 'Public',
  name: 'Name',
  'owner-alias': 'ImageOwnerAlias',
  'owner-id': 'OwnerId',
  'root-device-type': 'RootDeviceType',
  state: 'State',
  'virtualization-type': 'VirtualizationType',
};

/** Amazon's account for its images. */
const OwnerId = '137112412989';

export function DescribeImages(ctx: Context, input: DescribeImagesCommandInput) {
  const all = publicImages(ctx.region).map(({ parameters: _parameters, ...image }) => ({
    ...image,
    OwnerId,
    ImageOwnerAlias: 'amazon',
    ImageLocation: `amazon/${image.Name}`,
    CreationDate: '2025-11-17T00:00:00.000Z',
    Public: true,
    State: 'available' as const,
    ImageType: 'machine' as const,
    RootDeviceName: '/dev/xvda',
    RootDeviceType: 'ebs' as const,
    VirtualizationType: 'hvm' as const,
    Hypervisor: 'xen' as const,
    EnaSupport: true,
    ImdsSupport: 'v2.0' as const,
  }));
  const unknown = input.ImageIds?.find((id) => !all.some(({ ImageId }) => ImageId === id));
  if (unknown) throw notFound('InvalidAMIID.NotFound', `The image id '[${unknown}]' does not exist`);
  const owned = input.Owners?.length
    ? all.filter(() => input.Owners?.some((owner) => owner === 'amazon' || owner === OwnerId))
    : all;
  const wanted = owned.filter(({ ImageId }) => (input.ImageIds?.length ? input.ImageIds.includes(ImageId) : true));
  const { page, ...rest } = list(wanted, input, imageFilters);
  return { Images: page, ...rest };
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
