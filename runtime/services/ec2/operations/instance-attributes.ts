import type {
  DescribeInstanceAttributeCommandInput,
  DescribeInstanceCreditSpecificationsCommandInput,
  ModifyInstanceAttributeCommandInput,
} from '@aws-sdk/client-ec2';
import { asksForNothing } from '../../../kernel/asked.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { describeInstance } from '../behaviour/instance-description.ts';
import { instanceType } from '../behaviour/instance-types.ts';
import { groupsOf } from '../behaviour/interfaces.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { enforce } from '../behaviour/networks.ts';
import { invalidParameterValue } from '../errors.ts';
import { type Instance, instances } from '../instance-state.ts';
import { networkInterfaces } from '../network-state.ts';

export async function ModifyInstanceAttribute(
  ctx: Context,
  { InstanceId, DryRun, ...input }: ModifyInstanceAttributeCommandInput,
) {
  const instance = instances.find(ctx, InstanceId);
  const {
    DisableApiStop,
    DisableApiTermination,
    InstanceInitiatedShutdownBehavior,
    Groups,
    UserData,
    InstanceType,
    ...others
  } = input;
  for (const [name, value] of Object.entries(others))
    if (!asksForNothing(value)) throw refused(`ec2 ModifyInstanceAttribute parameter ${name}`);
  if ((UserData || InstanceType) && instance.state !== 'stopped')
    throw new AwsError('IncorrectInstanceState', `The instance '${InstanceId}' is not in the 'stopped' state.`);
  if (Groups) {
    const face = networkInterfaces.find(ctx, instance.NetworkInterfaceId);
    networkInterfaces.put(ctx, { ...face, Groups: groupsOf(ctx, face.VpcId, Groups) });
    await enforce(ctx, face.VpcId);
  }
  instances.put(ctx, {
    ...instance,
    ...(DisableApiStop ? { stopProtected: DisableApiStop.Value === true } : {}),
    ...(DisableApiTermination ? { terminationProtected: DisableApiTermination.Value === true } : {}),
    ...(InstanceInitiatedShutdownBehavior
      ? { shutdownBehavior: InstanceInitiatedShutdownBehavior.Value as 'stop' | 'terminate' }
      : {}),
    ...(InstanceType?.Value ? { InstanceType: knownType(InstanceType.Value) } : {}),
    ...(UserData?.Value ? { userData: Buffer.from(UserData.Value).toString('base64') } : {}),
  });
  return {};
}

/** What each attribute's answer holds ("DescribeInstanceAttribute"). */
const attributes: Record<string, (ctx: Context, instance: Instance) => object> = lookupTable({
  blockDeviceMapping: (ctx, instance) => ({ BlockDeviceMappings: describeInstance(ctx, instance).BlockDeviceMappings }),
  disableApiStop: (_ctx, { stopProtected = false }) => ({ DisableApiStop: { Value: stopProtected } }),
  disableApiTermination: (_ctx, { terminationProtected }) => ({
    DisableApiTermination: { Value: terminationProtected },
  }),
  ebsOptimized: () => ({ EbsOptimized: { Value: false } }),
  groupSet: (ctx, instance) => ({ Groups: describeInstance(ctx, instance).SecurityGroups }),
  instanceInitiatedShutdownBehavior: (_ctx, { shutdownBehavior }) => ({
    InstanceInitiatedShutdownBehavior: { Value: shutdownBehavior },
  }),
  instanceType: (_ctx, { InstanceType }) => ({ InstanceType: { Value: InstanceType } }),
  rootDeviceName: (ctx, instance) => ({ RootDeviceName: { Value: describeInstance(ctx, instance).RootDeviceName } }),
  sourceDestCheck: () => ({ SourceDestCheck: { Value: true } }),
  userData: (_ctx, { userData }) => ({ UserData: { Value: userData } }),
});

export function DescribeInstanceAttribute(ctx: Context, input: DescribeInstanceAttributeCommandInput) {
  const instance = instances.find(ctx, input.InstanceId);
  const answer = attributes[String(input.Attribute)];
  if (!answer) throw refused(`ec2 DescribeInstanceAttribute with Attribute ${input.Attribute}`);
  return { InstanceId: instance.InstanceId, ...answer(ctx, instance) };
}

function knownType(name: string): string {
  const type = instanceType(name);
  if (!type)
    throw invalidParameterValue(
      `Invalid value '${name}' for InstanceType. Orrery knows the types that DescribeInstanceTypes lists.`,
    );
  return type.InstanceType;
}

const creditFilters = { 'instance-id': 'InstanceId' };

/** Of burstable instances: what was asked, else what the family begins with ("Key concepts for burstable performance instances"). */
export function DescribeInstanceCreditSpecifications(
  ctx: Context,
  input: DescribeInstanceCreditSpecificationsCommandInput,
) {
  const found = chosen(
    input.InstanceIds,
    (id) => instances.find(ctx, id),
    () => instances.all(ctx).filter(({ state }) => state !== 'terminated'),
  );
  const burstable = found.filter(({ InstanceType }) => /^t\d/.test(InstanceType));
  const described = burstable.map(({ InstanceId, InstanceType, cpuCredits }) => ({
    InstanceId,
    CpuCredits: cpuCredits ?? (InstanceType.startsWith('t2') ? 'standard' : 'unlimited'),
  }));
  const { page, ...rest } = list(described, input, creditFilters);
  return { InstanceCreditSpecifications: page, ...rest };
}
