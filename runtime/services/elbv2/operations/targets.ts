import { isIPv4 } from 'node:net';
import type {
  DeregisterTargetsCommandInput,
  DescribeTargetHealthCommandInput,
  RegisterTargetsCommandInput,
  TargetDescription,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { alb } from '../../../data-planes/alb/alb.ts';
import { targetKey } from '../../../data-planes/alb/configuration.ts';
import { within } from '../../../engines/network/addresses.ts';
import { network } from '../../../engines/network/network.ts';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { attributeOf, targetGroupAttributes } from '../behaviour/attributes.ts';
import { putTargetGroup } from '../behaviour/deployment.ts';
import { findTargetGroup } from '../behaviour/find.ts';
import { findInstance } from '../behaviour/places.ts';
import { invalidTarget, tooMany, validationError } from '../errors.ts';
import { listenersOf, loadBalancers, type RegisteredTarget, type TargetGroupRecord } from '../state.ts';

/** "Quotas for your Application Load Balancers". */
const mostTargets = 1000;

export async function RegisterTargets(ctx: Context, input: RegisterTargetsCommandInput) {
  const { TargetType } = findTargetGroup(ctx, input.TargetGroupArn);
  const wanted = input.Targets ?? [];
  if (TargetType === 'lambda' && wanted.length > 1)
    throw tooMany('TooManyTargets', 'A target group with target type lambda can have one target');
  const resolved = await Promise.all(
    wanted.map((target) => resolve(ctx, findTargetGroup(ctx, input.TargetGroupArn), target)),
  );
  // Looked up again: others may have registered while EC2 was asked.
  const group = findTargetGroup(ctx, input.TargetGroupArn);
  const targets = new Map(current(ctx, group).map((target) => [keyOf(target), target]));
  if (TargetType === 'lambda') targets.clear();
  for (const target of resolved) targets.set(keyOf(target), target);
  if (targets.size > mostTargets)
    throw tooMany('TooManyTargets', `You've reached the limit of ${mostTargets} targets per target group`);
  putTargetGroup(ctx, { ...group, targets: [...targets.values()] });
  return {};
}

async function resolve(ctx: Context, group: TargetGroupRecord, target: TargetDescription): Promise<RegisteredTarget> {
  const { Id = '', Port, AvailabilityZone } = target;
  if (group.TargetType === 'lambda') {
    if (parseArn(Id)?.service !== 'lambda') throw validationError(`'${Id}' is not a valid Lambda function ARN`);
    if (Port !== undefined)
      throw validationError("Port cannot be specified for target groups with target type 'lambda'");
    return { Id, Port: 0, AvailabilityZone: undefined, address: undefined, deregisteredMs: undefined };
  }
  const port = Port ?? group.Port ?? 80;
  if (port < 1 || port > 65_535) throw validationError(`The port '${port}' must be between 1 and 65535`);
  if (group.TargetType === 'instance') return instance(ctx, group, Id, port);
  if (group.TargetType === 'alb') return balancer(ctx, group, Id, port);
  if (!isIPv4(Id)) throw validationError(`'${Id}' is not a valid IPv4 address`);
  if (!isPrivate(Id))
    throw invalidTarget(`The IP address '${Id}' is not within the VPC, RFC 1918 or RFC 6598 address ranges`);
  return {
    Id,
    Port: port,
    AvailabilityZone: AvailabilityZone ?? zoneOf(ctx, group, Id),
    address: Id,
    deregisteredMs: undefined,
  };
}

/** An address within the VPC is in its subnet's zone ("RegisterTargets", AvailabilityZone). */
function zoneOf(ctx: Context, { VpcId = '' }: TargetGroupRecord, address: string): string | undefined {
  const { subnets } = ctx.engine(network).vpc(VpcId);
  return subnets.find(({ cidr }) => within(address, cidr))?.availabilityZone;
}

/** RFC 1918, RFC 6598, and this machine's own loopback, so that any program on it can be a target. */
function isPrivate(address: string): boolean {
  return /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(address);
}

/** "Use Application Load Balancers as targets": one of the same VPC, at the group's port, where it must listen. */
function balancer(ctx: Context, group: TargetGroupRecord, Id: string, port: number): RegisteredTarget {
  const found = loadBalancers(ctx, ctx).get(Id);
  if (found?.Type !== 'application' || (found.VpcId !== '' && found.VpcId !== group.VpcId))
    throw invalidTarget(`The following targets are not valid: '${Id}'`);
  if (group.targets.some((target) => target.Id !== Id && target.deregisteredMs === undefined))
    throw validationError("A target group with target type 'alb' can have only one target");
  if (port !== group.Port || !listenersOf(ctx, ctx, Id).some((listener) => listener.Port === port))
    throw invalidTarget(`The load balancer '${Id}' has no listener at port ${group.Port}, the target group's`);
  return { Id, Port: port, AvailabilityZone: undefined, address: undefined, deregisteredMs: undefined };
}

async function instance(ctx: Context, group: TargetGroupRecord, Id: string, port: number): Promise<RegisteredTarget> {
  const found = await findInstance(ctx, Id);
  if (!found) throw invalidTarget(`The following targets are not valid: '${Id}'`);
  if (found.State?.Name !== 'running' && found.State?.Name !== 'pending')
    throw invalidTarget(`The following targets are not in a running state and cannot be registered: '${Id}'`);
  if (found.VpcId !== group.VpcId)
    throw invalidTarget(`The following targets are not in the target group VPC '${group.VpcId}': '${Id}'`);
  return {
    Id,
    Port: port,
    AvailabilityZone: found.Placement?.AvailabilityZone,
    address: found.PrivateIpAddress,
    deregisteredMs: undefined,
  };
}

/** Draining begins now; targets that are not registered are passed over. */
export function DeregisterTargets(ctx: Context, input: DeregisterTargetsCommandInput) {
  const group = findTargetGroup(ctx, input.TargetGroupArn);
  const leaving = input.Targets ?? [];
  const nowMs = ctx.clock.now();
  const targets = current(ctx, group)
    .filter((target) => group.TargetType !== 'lambda' || !leaving.some(({ Id }) => Id === target.Id))
    .map((target) => {
      const named = leaving.some(({ Id, Port }) => Id === target.Id && (Port === undefined || Port === target.Port));
      return named && target.deregisteredMs === undefined ? { ...target, deregisteredMs: nowMs } : target;
    });
  putTargetGroup(ctx, { ...group, targets });
  return {};
}

export function DescribeTargetHealth(ctx: Context, input: DescribeTargetHealthCommandInput) {
  const group = findTargetGroup(ctx, input.TargetGroupArn);
  const health = ctx.engine(alb).health(group.TargetGroupArn);
  const registered = current(ctx, group);
  const about = (target: RegisteredTarget): TargetHealthDescription => {
    const { state = 'unused', reason, description } = health.get(keyOf(target)) ?? {};
    return {
      Target: describe(group, target),
      ...(group.TargetType === 'lambda'
        ? {}
        : {
            HealthCheckPort: group.HealthCheckPort === 'traffic-port' ? String(target.Port) : group.HealthCheckPort,
          }),
      TargetHealth: {
        State: state,
        ...(reason === undefined ? {} : { Reason: reason as 'Target.NotInUse', Description: description }),
      },
    };
  };
  const asked = input.Targets ?? [];
  if (asked.length === 0) return { TargetHealthDescriptions: registered.map(about) };
  const descriptions = asked.map(({ Id = '', Port = group.Port ?? 0 }) => {
    const target = registered.find((one) => one.Id === Id && (group.TargetType === 'lambda' || one.Port === Port));
    return target ? about(target) : notRegistered(Id, Port);
  });
  return { TargetHealthDescriptions: descriptions };
}

function notRegistered(Id: string, Port: number): TargetHealthDescription {
  return {
    Target: { Id, Port },
    TargetHealth: {
      State: 'unused',
      Reason: 'Target.NotRegistered',
      Description: 'Target is not registered to the target group',
    },
  };
}

function describe(group: TargetGroupRecord, { Id, Port, AvailabilityZone }: RegisteredTarget): TargetDescription {
  if (group.TargetType === 'lambda') return { Id, AvailabilityZone: 'all' };
  const zone = group.TargetType === 'ip' && AvailabilityZone !== undefined ? { AvailabilityZone } : {};
  return { Id, Port, ...zone };
}

/** Without those whose deregistration delay is over. */
function current(ctx: Context, group: TargetGroupRecord): RegisteredTarget[] {
  const known = targetGroupAttributes(group.TargetType, group.Protocol);
  const delayMs = Number(attributeOf(known, group.attributes, 'deregistration_delay.timeout_seconds')) * 1000;
  return group.targets.filter(
    ({ deregisteredMs }) => deregisteredMs === undefined || deregisteredMs + delayMs > ctx.clock.now(),
  );
}

const keyOf = ({ Id, Port }: RegisteredTarget): string => targetKey({ id: Id, port: Port });
