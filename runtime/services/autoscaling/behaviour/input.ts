import type {
  CreateAutoScalingGroupCommandInput,
  LaunchTemplateSpecification,
  Tag,
} from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { groupNotFound, validationError } from '../errors.ts';
import { findGroup, type Group, type TemplateChoice } from '../state.ts';
import { terminationPolicies } from './zones.ts';

export function mustFind(ctx: Context, name: string | undefined): Group {
  const group = findGroup(ctx, name);
  if (!group) throw groupNotFound(name ?? '');
  return group;
}

/** The caller must be able to see what it names: EC2 answers as to it. */
export async function templateChoice(
  ctx: Context,
  asked: LaunchTemplateSpecification | undefined,
): Promise<TemplateChoice> {
  if (!asked)
    throw validationError(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  const { LaunchTemplateId, LaunchTemplateName, Version = '$Default' } = asked;
  try {
    const { LaunchTemplateVersions } = await ctx.call<{
      LaunchTemplateVersions: { LaunchTemplateId: string; LaunchTemplateName: string }[];
    }>('ec2', 'DescribeLaunchTemplateVersions', { LaunchTemplateId, LaunchTemplateName, Versions: [Version] });
    const [found] = LaunchTemplateVersions;
    if (!found) throw validationError('You must use a valid fully-formed launch template. The version does not exist.');
    return { LaunchTemplateId: found.LaunchTemplateId, LaunchTemplateName: found.LaunchTemplateName, Version };
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === 'ValidationError') throw error;
    throw validationError(`You must use a valid fully-formed launch template. ${error.message}`);
  }
}

interface Subnet {
  SubnetId: string;
  AvailabilityZone: string;
  VpcId: string;
}

/** `VPCZoneIdentifier`, or the default subnets of `AvailabilityZones`. */
export async function subnetsOf(
  ctx: Context,
  {
    VPCZoneIdentifier,
    AvailabilityZones,
  }: Pick<CreateAutoScalingGroupCommandInput, 'VPCZoneIdentifier' | 'AvailabilityZones'>,
): Promise<Subnet[]> {
  const ids = (VPCZoneIdentifier ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean);
  if (ids.length === 0 && !AvailabilityZones?.length)
    throw validationError('At least one Availability Zone or VPC Subnet is required.');
  const Filters = [
    { Name: 'default-for-az', Values: ['true'] },
    { Name: 'availability-zone', Values: AvailabilityZones ?? [] },
  ];
  try {
    const { Subnets } = await ctx.call<{ Subnets: Subnet[] }>(
      'ec2',
      'DescribeSubnets',
      ids.length > 0 ? { SubnetIds: ids } : { Filters },
    );
    if (Subnets.length === 0) throw validationError(`Invalid availability zones: [${AvailabilityZones?.join(', ')}]`);
    return Subnets.map(({ SubnetId, AvailabilityZone, VpcId }) => ({ SubnetId, AvailabilityZone, VpcId }));
  } catch (error) {
    if (error instanceof AwsError && error.code === 'InvalidSubnetID.NotFound')
      throw validationError(`The subnet ID '${/'([^']+)'/.exec(error.message)?.[1] ?? ids}' does not exist`);
    throw error;
  }
}

export function checkSizes({
  MinSize,
  MaxSize,
  DesiredCapacity,
}: Pick<Group, 'MinSize' | 'MaxSize' | 'DesiredCapacity'>): void {
  if (MinSize < 0 || MaxSize < 0) throw validationError('Max and min bounds must not be negative.');
  if (MinSize > MaxSize)
    throw validationError(`Max bound, ${MaxSize}, must be greater than or equal to min bound, ${MinSize}`);
  if (DesiredCapacity < MinSize || DesiredCapacity > MaxSize)
    throw validationError(
      `Desired capacity:${DesiredCapacity} must be between the specified min size:${MinSize} and max size:${MaxSize}`,
    );
}

export function checkTerminationPolicies(policies: readonly string[] | undefined): string[] {
  const wanted = policies?.length ? [...policies] : ['Default'];
  const unknown = wanted.find((policy) => !terminationPolicies.includes(policy));
  if (unknown) throw validationError(`Invalid termination policy: ${unknown}`);
  return wanted;
}

export function checkHealthCheckType(text: string | undefined): string[] {
  const types = (text ?? 'EC2').split(',').map((type) => type.trim());
  const unknown = types.find((type) => type !== 'EC2' && type !== 'ELB');
  if (unknown) throw validationError(`Invalid HealthCheckType: ${unknown}. Orrery runs the health checks EC2 and ELB.`);
  return types.includes('EC2') || types.length > 1 ? types : ['EC2', ...types];
}

export function tagList(tags: readonly Tag[] | undefined): Group['Tags'] {
  return (tags ?? []).map(({ Key = '', Value = '', PropagateAtLaunch = false }) => {
    if (Key.startsWith('aws:')) throw validationError(`Caller cannot set tags with the reserved prefix aws: (${Key})`);
    return { Key, Value, PropagateAtLaunch };
  });
}

/** Each must be there, and be for instances. */
export async function checkTargetGroups(ctx: Context, arns: readonly string[]): Promise<void> {
  if (arns.length === 0) return;
  try {
    const { TargetGroups } = await ctx.call<{ TargetGroups: { TargetType?: string; TargetGroupArn?: string }[] }>(
      'elbv2',
      'DescribeTargetGroups',
      { TargetGroupArns: [...arns] },
    );
    const wrong = TargetGroups.find(({ TargetType }) => TargetType !== 'instance');
    if (wrong)
      throw validationError(
        `Provided Target Groups may not be valid. Please ensure they are of target type instance. (${wrong.TargetGroupArn})`,
      );
  } catch (error) {
    if (error instanceof AwsError && error.code === 'TargetGroupNotFound')
      throw validationError(`Provided Target Groups may not be valid. Please ensure they exist and try again.`);
    throw error;
  }
}
