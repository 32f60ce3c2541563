import type { Instance } from '@aws-sdk/client-ec2';
import type { Context } from '../../../kernel/service.ts';
import { validationError } from '../errors.ts';
import type { Group, Member } from '../state.ts';
import { findMember } from './watch.ts';

/** "AttachInstances": running, in a zone of the group, and in no other group. */
export async function adoptable(ctx: Context, group: Group, ids: readonly string[]): Promise<Member[]> {
  const { Reservations } = await ctx.call<{ Reservations: { Instances: Instance[] }[] }>('ec2', 'DescribeInstances', {
    InstanceIds: [...ids],
  });
  const found = Reservations.flatMap(({ Instances }) => Instances);
  return found.map(({ InstanceId = '', InstanceType, Placement, State }) => {
    const zone = Placement?.AvailabilityZone ?? '';
    if (State?.Name !== 'running')
      throw validationError(`Invalid Instance ID(s): the instance ${InstanceId} is not in correct state.`);
    if (findMember(ctx, ctx, InstanceId))
      throw validationError(`Instance ${InstanceId} is already part of an Auto Scaling group.`);
    if (!group.subnets.some(({ AvailabilityZone }) => AvailabilityZone === zone))
      throw validationError(
        `The instance ${InstanceId} is in ${zone}, which is not an Availability Zone of the group.`,
      );
    return {
      InstanceId,
      InstanceType: InstanceType ?? '',
      AvailabilityZone: zone,
      LifecycleState: 'InService',
      HealthStatus: 'Healthy',
      ProtectedFromScaleIn: group.NewInstancesProtectedFromScaleIn,
      LaunchTemplate: { ...group.LaunchTemplate, Version: '0' },
      launchedMs: ctx.clock.now(),
      inServiceMs: ctx.clock.now(),
    };
  });
}
