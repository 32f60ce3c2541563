import type {
  CreateTargetGroupCommandInput,
  DeleteTargetGroupCommandInput,
  DescribeTargetGroupAttributesCommandInput,
  DescribeTargetGroupsCommandInput,
  ModifyTargetGroupAttributesCommandInput,
  ModifyTargetGroupCommandInput,
  TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { alb } from '../../../data-planes/alb/alb.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { changeAttributes, listAttributes, targetGroupAttributes } from '../behaviour/attributes.ts';
import { putTargetGroup } from '../behaviour/deployment.ts';
import { findTargetGroup } from '../behaviour/find.ts';
import { healthCheckOf } from '../behaviour/health-settings.ts';
import { checkName } from '../behaviour/names.ts';
import { pageOf } from '../behaviour/pages.ts';
import {
  duplicateTargetGroupName,
  loadBalancerNotFound,
  targetGroupInUse,
  targetGroupNotFound,
  unsupportedProtocol,
  validationError,
} from '../errors.ts';
import { elbArn, isFlow, loadBalancers, type TargetGroupRecord, targetGroups, usersOf } from '../state.ts';

export function CreateTargetGroup(ctx: Context, input: CreateTargetGroupCommandInput) {
  const Name = input.Name ?? '';
  checkName('Target group', Name);
  const TargetType = input.TargetType ?? 'instance';
  refuseKinds(input);
  if (!isTargetType(TargetType)) throw validationError(`Target type '${TargetType}' is not valid`);
  if (TargetType === 'alb' && input.Protocol !== 'TCP')
    throw validationError("Protocol 'TCP' must be specified for target groups with target type 'alb'");
  const traffic = TargetType === 'lambda' ? nothing(input) : trafficOf(input);
  const record: TargetGroupRecord = {
    TargetGroupArn: elbArn(ctx, `targetgroup/${Name}/${ctx.ids.hex(16)}`),
    TargetGroupName: Name,
    TargetType,
    ...traffic,
    ...healthCheckOf(input, undefined, { TargetType, Protocol: traffic.Protocol }),
    targets: [],
    attributes: {},
    Tags: input.Tags ?? [],
    account: ctx.account,
    region: ctx.region,
  };
  const existing = targetGroups(ctx, ctx)
    .values()
    .find(({ TargetGroupName }) => TargetGroupName === Name);
  if (existing) {
    const settings = ({
      TargetGroupArn: _arn,
      targets: _targets,
      attributes: _set,
      Tags: _tags,
      ...rest
    }: TargetGroupRecord) => JSON.stringify(rest);
    if (settings(existing) !== settings(record)) throw duplicateTargetGroupName(Name);
    return { TargetGroups: [describe(ctx, existing)] };
  }
  putTargetGroup(ctx, record);
  return { TargetGroups: [describe(ctx, record)] };
}

function isTargetType(type: string): type is TargetGroupRecord['TargetType'] {
  return /^(instance|ip|lambda|alb)$/.test(type);
}

function refuseKinds(input: CreateTargetGroupCommandInput): void {
  if (input.ProtocolVersion && input.ProtocolVersion !== 'HTTP1')
    throw refused(`elbv2 parameter ProtocolVersion = ${input.ProtocolVersion}`, 'targets are asked over HTTP/1.1.');
  if (input.IpAddressType !== undefined && input.IpAddressType !== 'ipv4')
    throw refused(`elbv2 parameter IpAddressType = ${input.IpAddressType}`, 'networks here are IPv4.');
}

function trafficOf({ Protocol, Port, VpcId }: CreateTargetGroupCommandInput) {
  if (Protocol === undefined) throw validationError('A protocol must be specified');
  if (/^(UDP|TCP_UDP|GENEVE|QUIC|TCP_QUIC)$/.test(Protocol))
    throw refused(`elbv2 parameter Protocol = ${Protocol}`, 'load balancers here speak HTTP, HTTPS, TCP and TLS.');
  if (Protocol !== 'HTTP' && Protocol !== 'HTTPS' && Protocol !== 'TCP' && Protocol !== 'TLS')
    throw unsupportedProtocol(Protocol);
  if (Port === undefined) throw validationError('A port must be specified');
  if (Port < 1 || Port > 65_535) throw validationError(`The port '${Port}' must be between 1 and 65535`);
  if (!VpcId) throw validationError('A VPC ID must be specified');
  return { Protocol, Port, VpcId } as const;
}

function nothing({ Protocol, Port, VpcId }: CreateTargetGroupCommandInput) {
  for (const [name, value] of Object.entries({ Protocol, Port, 'VPC ID': VpcId }))
    if (value !== undefined)
      throw validationError(`${name} cannot be specified for target groups with target type 'lambda'`);
  return { Protocol: undefined, Port: undefined, VpcId: undefined };
}

export function DescribeTargetGroups(ctx: Context, input: DescribeTargetGroupsCommandInput) {
  const { TargetGroupArns: arns = [], Names: names = [], LoadBalancerArn } = input;
  const all = targetGroups(ctx, ctx).values();
  for (const arn of arns) if (!targetGroups(ctx, ctx).has(arn)) throw targetGroupNotFound();
  for (const name of names)
    if (!all.some(({ TargetGroupName }) => TargetGroupName === name)) throw targetGroupNotFound(names.join(', '));
  if (LoadBalancerArn !== undefined && !loadBalancers(ctx, ctx).has(LoadBalancerArn)) throw loadBalancerNotFound();
  const chosen = all.filter((record) => {
    if (LoadBalancerArn !== undefined) return usersOf(ctx, ctx, record.TargetGroupArn).includes(LoadBalancerArn);
    if (arns.length === 0 && names.length === 0) return true;
    return arns.includes(record.TargetGroupArn) || names.includes(record.TargetGroupName);
  });
  const { page, NextMarker } = pageOf(chosen, ({ TargetGroupArn }) => TargetGroupArn, input);
  return { TargetGroups: page.map((record) => describe(ctx, record)), NextMarker };
}

export function ModifyTargetGroup(ctx: Context, input: ModifyTargetGroupCommandInput) {
  const record = findTargetGroup(ctx, input.TargetGroupArn);
  const changed = { ...record, ...healthCheckOf(input, record, record) };
  putTargetGroup(ctx, changed);
  return { TargetGroups: [describe(ctx, changed)] };
}

export function DeleteTargetGroup(ctx: Context, { TargetGroupArn = '' }: DeleteTargetGroupCommandInput) {
  if (usersOf(ctx, ctx, TargetGroupArn).length > 0) throw targetGroupInUse(TargetGroupArn);
  targetGroups(ctx, ctx).delete(TargetGroupArn);
  ctx.engine(alb).removeTargetGroup(TargetGroupArn);
  return {};
}

export function DescribeTargetGroupAttributes(
  ctx: Context,
  { TargetGroupArn }: DescribeTargetGroupAttributesCommandInput,
) {
  const { TargetType, Protocol, attributes } = findTargetGroup(ctx, TargetGroupArn);
  return { Attributes: listAttributes(targetGroupAttributes(TargetType, Protocol), attributes) };
}

export function ModifyTargetGroupAttributes(ctx: Context, input: ModifyTargetGroupAttributesCommandInput) {
  const record = findTargetGroup(ctx, input.TargetGroupArn);
  const known = targetGroupAttributes(record.TargetType, record.Protocol);
  const attributes = changeAttributes(known, record.attributes, input.Attributes ?? []);
  if (
    attributes['stickiness.enabled'] === 'true' &&
    attributes['stickiness.type'] === 'app_cookie' &&
    !attributes['stickiness.app_cookie.cookie_name']
  )
    throw validationError('A cookie name must be specified for application-based stickiness');
  if (
    Number(attributes['slow_start.duration_seconds'] ?? 0) > 0 &&
    (attributes['load_balancing.algorithm.type'] ?? 'round_robin') !== 'round_robin'
  )
    throw validationError('Slow start is only available with the round robin algorithm');
  putTargetGroup(ctx, { ...record, attributes });
  return { Attributes: listAttributes(known, attributes) };
}

function describe(ctx: Context, record: TargetGroupRecord): TargetGroup {
  const {
    targets: _targets,
    attributes: _attributes,
    Tags: _tags,
    account: _account,
    region: _region,
    HttpCode,
    ...rest
  } = record;
  const version = isFlow(record.Protocol) ? {} : { ProtocolVersion: 'HTTP1' };
  const traffic = record.TargetType === 'lambda' ? {} : { ...version, IpAddressType: 'ipv4' as const };
  return {
    ...rest,
    ...traffic,
    ...(record.HealthCheckProtocol === 'TCP' ? { HealthCheckPath: undefined } : { Matcher: { HttpCode } }),
    LoadBalancerArns: usersOf(ctx, ctx, record.TargetGroupArn),
  };
}
