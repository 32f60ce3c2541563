import type {
  DescribeInstanceStatusCommandInput,
  DescribeInstancesCommandInput,
  GetConsoleOutputCommandInput,
  RebootInstancesCommandInput,
  RunInstancesCommandInput,
  StartInstancesCommandInput,
  StopInstancesCommandInput,
  TerminateInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { asksForNothing } from '../../../kernel/asked.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkCapacity } from '../behaviour/capacity.ts';
import { withAssociation } from '../behaviour/elastic-addresses.ts';
import { describeInstance, stateOf } from '../behaviour/instance-description.ts';
import { checkMachine } from '../behaviour/instance-levels.ts';
import { givePublicAddress } from '../behaviour/interfaces.ts';
import { checkRoom, makeInstance, withImage, withTemplate } from '../behaviour/launch.ts';
import { checkLaunchVolumes, makeLaunchVolumes } from '../behaviour/launch-volumes.ts';
import { chosen, filtered, paged } from '../behaviour/listing.ts';
import { machines } from '../behaviour/machines.ts';
import { enforce } from '../behaviour/networks.ts';
import { newId } from '../behaviour/noun.ts';
import { profileFor } from '../behaviour/profiles.ts';
import { clearAway } from '../behaviour/termination.ts';
import { invalidParameterValue } from '../errors.ts';
import { type Instance, type InstanceState, instances } from '../instance-state.ts';
import { networkInterfaces } from '../network-state.ts';

/** A terminated instance is told of for about an hour ("Terminate Amazon EC2 instances"). */
const rememberedMs = 60 * 60_000;
/** More on one machine is surely a mistake. */
const mostAtOnce = 50;

export async function RunInstances(ctx: Context, asked: RunInstancesCommandInput) {
  checkMachine(ctx);
  const input = withImage(ctx, withTemplate(ctx, asked));
  for (const name of refusedParameters)
    if (!asksForNothing(input[name])) throw refused(`ec2 RunInstances parameter ${name}`);
  const count = input.MaxCount ?? 1;
  if (count < 1 || count < (input.MinCount ?? 1)) throw invalidParameterValue(`Invalid value '${count}' for MaxCount.`);
  if (count > mostAtOnce)
    throw new AwsError(
      'InstanceLimitExceeded',
      `You have requested more instances (${count}) than your current instance limit of ${mostAtOnce} allows.`,
    );
  checkLaunchVolumes(ctx, input);
  checkRoom(ctx, input);
  const profile = await profileFor(ctx, input.IamInstanceProfile);
  const ReservationId = newId(ctx, 'r');
  const made: Instance[] = [];
  for (let index = 0; index < count; index += 1) {
    const instance = makeInstance(ctx, input, { ReservationId, index });
    made.push(profile ? instances.put(ctx, { ...instance, profile }) : instance);
  }
  for (const instance of made) await makeLaunchVolumes(ctx, instance, input);
  for (const { InstanceId } of made) void ctx.clock.track(ctx.engine(machines).boot(scopeOf(ctx), InstanceId));
  return {
    ReservationId,
    OwnerId: ctx.account,
    Groups: [],
    Instances: made.map((instance) => describeInstance(ctx, instance)),
  };
}

const refusedParameters = [
  'CpuOptions',
  'ElasticGpuSpecification',
  'ElasticInferenceAccelerators',
  'EnclaveOptions',
  'HibernationOptions',
  'InstanceMarketOptions',
  'Ipv6AddressCount',
  'Ipv6Addresses',
  'KernelId',
  'RamdiskId',
  'SecurityGroups',
] as const;

function scopeOf({ account, region }: Context) {
  return { account, region };
}

const filters = {
  architecture: 'Architecture',
  'availability-zone': 'Placement.AvailabilityZone',
  'iam-instance-profile.arn': 'IamInstanceProfile.Arn',
  'image-id': 'ImageId',
  'instance-id': 'InstanceId',
  'instance-state-code': 'State.Code',
  'instance-state-name': 'State.Name',
  'instance-type': 'InstanceType',
  'instance.group-id': 'SecurityGroups.GroupId',
  'instance.group-name': 'SecurityGroups.GroupName',
  'ip-address': 'PublicIpAddress',
  'key-name': 'KeyName',
  'network-interface.network-interface-id': 'NetworkInterfaces.NetworkInterfaceId',
  'network-interface.subnet-id': 'NetworkInterfaces.SubnetId',
  'network-interface.vpc-id': 'NetworkInterfaces.VpcId',
  'private-dns-name': 'PrivateDnsName',
  'private-ip-address': 'PrivateIpAddress',
  'reservation-id': 'ReservationId',
  'subnet-id': 'SubnetId',
  'vpc-id': 'VpcId',
};

export function DescribeInstances(ctx: Context, input: DescribeInstancesCommandInput) {
  forgetOld(ctx);
  const found = chosen(
    input.InstanceIds,
    (id) => instances.find(ctx, id),
    () => instances.all(ctx),
  );
  const described = found.map((instance) => ({
    ReservationId: instance.ReservationId,
    ...describeInstance(ctx, instance),
  }));
  const { page, ...rest } = paged(filtered(described, input.Filters ?? [], filters), input);
  const reservations = Map.groupBy(page, ({ ReservationId }) => ReservationId);
  const Reservations = [...reservations].map(([ReservationId, members]) => ({
    ReservationId,
    OwnerId: ctx.account,
    Groups: [],
    Instances: members,
  }));
  return { Reservations, ...rest };
}

function forgetOld(ctx: Context): void {
  for (const { InstanceId, state, terminatedMs = 0 } of instances.all(ctx))
    if (state === 'terminated' && terminatedMs + rememberedMs <= ctx.clock.now()) {
      instances.delete(ctx, InstanceId);
      ctx.engine(machines).forget(InstanceId);
    }
}

export function DescribeInstanceStatus(ctx: Context, input: DescribeInstanceStatusCommandInput) {
  const found = chosen(
    input.InstanceIds,
    (id) => instances.find(ctx, id),
    () => instances.all(ctx),
  );
  const wanted = input.IncludeAllInstances ? found : found.filter(({ state }) => state === 'running');
  const InstanceStatuses = wanted.map(({ InstanceId, AvailabilityZone, state }) => {
    const status = {
      Status: state === 'running' ? ('ok' as const) : ('not-applicable' as const),
      Details: state === 'running' ? [{ Name: 'reachability' as const, Status: 'passed' as const }] : [],
    };
    return {
      InstanceId,
      AvailabilityZone,
      InstanceState: stateOf(state),
      InstanceStatus: status,
      SystemStatus: status,
    };
  });
  const names = {
    'instance-state-name': 'InstanceState.Name',
    'availability-zone': 'AvailabilityZone',
    'instance-status.status': 'InstanceStatus.Status',
    'system-status.status': 'SystemStatus.Status',
  };
  const { page, ...rest } = paged(filtered(InstanceStatuses, input.Filters ?? [], names), input);
  return { InstanceStatuses: page, ...rest };
}

type Turn = (
  ctx: Context,
  instance: Instance,
) => { from: readonly InstanceState[]; to: InstanceState; afterwards?: () => Promise<void> };

/** Every change of state: the ids are all looked up first, then each goes its way, and the answer says from what to what. */
function turn(ctx: Context, ids: readonly string[] | undefined, action: Turn) {
  const found = (ids ?? []).map((id) => instances.find(ctx, id));
  const steps = found.map((instance) => ({ instance, ...action(ctx, instance) }));
  const wrong = steps.find(
    ({ instance, from, to }) =>
      instance.state !== to && !from.includes(instance.state) && instance.state !== 'terminated',
  );
  const gone = steps.find(({ instance, to }) => instance.state === 'terminated' && to !== 'shutting-down');
  const bad = wrong ?? gone;
  if (bad)
    throw new AwsError(
      'IncorrectInstanceState',
      `The instance '${bad.instance.InstanceId}' is not in a state from which it can be ${bad.to === 'pending' ? 'started' : 'stopped'}.`,
    );
  return steps.map(({ instance, from, to, afterwards }) => {
    const changes = from.includes(instance.state);
    if (changes) {
      ctx.engine(machines).to(scopeOf(ctx), instance.InstanceId, to);
      if (afterwards) void ctx.clock.track(afterwards());
    }
    return {
      InstanceId: instance.InstanceId,
      PreviousState: stateOf(instance.state),
      CurrentState: stateOf(changes ? to : instance.state),
    };
  });
}

export function StartInstances(ctx: Context, input: StartInstancesCommandInput) {
  checkMachine(ctx);
  const StartingInstances = turn(ctx, input.InstanceIds, (_ctx, { InstanceId, InstanceType, AvailabilityZone }) => {
    checkCapacity(ctx, InstanceType, AvailabilityZone);
    return { from: ['stopped'], to: 'pending', afterwards: () => startAgain(ctx, InstanceId) };
  });
  return { StartingInstances };
}

/** Its address of Amazon's pool is a new one, unless an Elastic IP address has taken its place. */
async function startAgain(ctx: Context, InstanceId: string): Promise<void> {
  const { takesPublicAddress, NetworkInterfaceId } = instances.find(ctx, InstanceId);
  const face = networkInterfaces.find(ctx, NetworkInterfaceId);
  if (takesPublicAddress && !face.Association) givePublicAddress(ctx, face);
  instances.put(ctx, { ...instances.find(ctx, InstanceId), launchedMs: ctx.clock.now() });
  await ctx.engine(machines).boot(scopeOf(ctx), InstanceId);
}

/** It goes back to the pool when the instance stops ("Public IPv4 addresses", EC2 User Guide). */
async function returnPublicAddress(ctx: Context, { NetworkInterfaceId, VpcId }: Instance): Promise<void> {
  const face = networkInterfaces.records(ctx).get(NetworkInterfaceId);
  if (face?.Association?.IpOwnerId !== 'amazon') return;
  networkInterfaces.put(ctx, withAssociation(face, face.PrivateIpAddress, undefined));
  await enforce(ctx, VpcId);
}

export function StopInstances(ctx: Context, input: StopInstancesCommandInput) {
  const kept = input.InstanceIds?.find((id) => instances.find(ctx, id).stopProtected);
  if (kept)
    throw new AwsError(
      'OperationNotPermitted',
      `The instance '${kept}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
    );
  const StoppingInstances = turn(ctx, input.InstanceIds, (_ctx, instance) => ({
    from: ['running', 'pending'],
    to: 'stopping',
    async afterwards() {
      await ctx.engine(machines).halt(scopeOf(ctx), instance, { force: input.Force });
      await returnPublicAddress(ctx, instance);
      const StateReason = {
        Code: 'Client.UserInitiatedShutdown',
        Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
      };
      instances.put(ctx, { ...instances.find(ctx, instance.InstanceId), StateReason });
      ctx.engine(machines).to(scopeOf(ctx), instance.InstanceId, 'stopped');
    },
  }));
  return { StoppingInstances };
}

export function TerminateInstances(ctx: Context, input: TerminateInstancesCommandInput) {
  const kept = input.InstanceIds?.find((id) => instances.find(ctx, id).terminationProtected);
  if (kept)
    throw new AwsError(
      'OperationNotPermitted',
      `The instance '${kept}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    );
  const TerminatingInstances = turn(ctx, input.InstanceIds, (_ctx, instance) => ({
    from: ['running', 'pending', 'stopping', 'stopped'],
    to: 'shutting-down',
    afterwards: () => terminate(ctx, instance),
  }));
  return { TerminatingInstances };
}

async function terminate(ctx: Context, instance: Instance): Promise<void> {
  const { InstanceId } = instance;
  await ctx.engine(machines).halt(scopeOf(ctx), instance, { force: true });
  await clearAway(ctx, scopeOf(ctx), instance);
  const StateReason = {
    Code: 'Client.UserInitiatedShutdown',
    Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
  };
  instances.put(ctx, { ...instances.find(ctx, InstanceId), StateReason, terminatedMs: ctx.clock.now() });
  ctx.engine(machines).to(scopeOf(ctx), InstanceId, 'terminated');
}

export function RebootInstances(ctx: Context, input: RebootInstancesCommandInput) {
  const found = (input.InstanceIds ?? []).map((id) => instances.find(ctx, id));
  for (const instance of found) {
    if (instance.state !== 'running')
      throw new AwsError(
        'IncorrectInstanceState',
        `The instance '${instance.InstanceId}' is not in a state from which it can be rebooted.`,
      );
    void ctx.clock.track(reboot(ctx, instance));
  }
  return {};
}

async function reboot(ctx: Context, instance: Instance): Promise<void> {
  await ctx.engine(machines).halt(scopeOf(ctx), instance);
  instances.put(ctx, { ...instances.find(ctx, instance.InstanceId), state: 'pending' });
  await ctx.engine(machines).boot(scopeOf(ctx), instance.InstanceId);
}

export function GetConsoleOutput(ctx: Context, input: GetConsoleOutputCommandInput) {
  const { InstanceId } = instances.find(ctx, input.InstanceId);
  const Output = Buffer.from(ctx.engine(machines).console(InstanceId)).toString('base64');
  return { InstanceId, Output, Timestamp: new Date(ctx.clock.now()) };
}
