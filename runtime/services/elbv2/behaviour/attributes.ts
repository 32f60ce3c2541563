import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { validationError } from '../errors.ts';

type Check = RegExp | ((value: string) => boolean);

export interface Attribute {
  default: string;
  check: Check;
  /** The only value that runs, and why others do not. */
  only?: { value: string; why: string };
  /** Kept and returned, without effect. */
  stored?: true;
}

const flag = /^(true|false)$/;
const off = (why: string): Attribute => ({ default: 'false', check: flag, only: { value: 'false', why } });
const between =
  (low: number, high: number) =>
  (value: string): boolean =>
    /^\d+$/.test(value) && Number(value) >= low && Number(value) <= high;

/** "Load balancer attributes", those of Application Load Balancers. */
export const loadBalancerAttributes: Readonly<Record<string, Attribute>> = lookupTable({
  'access_logs.s3.enabled': { default: 'false', check: flag },
  'access_logs.s3.bucket': { default: '', check: /^[a-z0-9.-]*$/ },
  'access_logs.s3.prefix': { default: '', check: /^(?!.*AWSLogs)[^/].*[^/]$|^[^/]?$/ },
  'connection_logs.s3.enabled': off('connection logs are not written; access logs are.'),
  'connection_logs.s3.bucket': { default: '', check: /^[a-z0-9.-]*$/, stored: true },
  'connection_logs.s3.prefix': { default: '', check: /^.*$/, stored: true },
  'health_check_logs.s3.enabled': off('health check logs are not written; DescribeTargetHealth tells the reason.'),
  'health_check_logs.s3.bucket': { default: '', check: /^[a-z0-9.-]*$/, stored: true },
  'health_check_logs.s3.prefix': { default: '', check: /^.*$/, stored: true },
  'client_keep_alive.seconds': { default: '3600', check: between(60, 604_800), stored: true },
  'deletion_protection.enabled': { default: 'false', check: flag },
  'idle_timeout.timeout_seconds': { default: '60', check: between(1, 4000) },
  'ipv6.deny_all_igw_traffic': { default: 'false', check: flag, stored: true },
  'load_balancing.cross_zone.enabled': { default: 'true', check: /^true$/ },
  'routing.http.desync_mitigation_mode': { default: 'defensive', check: /^(monitor|defensive|strictest)$/ },
  'routing.http.drop_invalid_header_fields.enabled': { default: 'false', check: flag },
  'routing.http.preserve_host_header.enabled': { default: 'false', check: flag },
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': { default: 'false', check: flag },
  'routing.http.xff_client_port.enabled': { default: 'false', check: flag },
  'routing.http.xff_header_processing.mode': { default: 'append', check: /^(append|preserve|remove)$/ },
  'routing.http2.enabled': { default: 'true', check: flag },
  'waf.fail_open.enabled': { default: 'false', check: flag, stored: true },
  'zonal_shift.config.enabled': { default: 'false', check: flag, stored: true },
});

/** "Load balancer attributes", those of Network Load Balancers. */
export const networkAttributes: Readonly<Record<string, Attribute>> = lookupTable({
  'access_logs.s3.enabled': off('access logs of TLS listeners are not written; CloudWatch has their metrics.'),
  'access_logs.s3.bucket': { default: '', check: /^[a-z0-9.-]*$/ },
  'access_logs.s3.prefix': { default: '', check: /^.*$/ },
  'deletion_protection.enabled': { default: 'false', check: flag },
  'load_balancing.cross_zone.enabled': { default: 'false', check: flag },
  'dns_record.client_routing_policy': {
    default: 'any_availability_zone',
    check: /^(any_availability_zone|availability_zone_affinity|partial_availability_zone_affinity)$/,
    stored: true,
  },
  'ipv6.deny_all_igw_traffic': { default: 'false', check: flag, stored: true },
  'zonal_shift.config.enabled': { default: 'false', check: flag, stored: true },
});

export function attributesOf(type: 'application' | 'network'): Readonly<Record<string, Attribute>> {
  return type === 'network' ? networkAttributes : loadBalancerAttributes;
}

const perhapsPercent = (value: string): boolean => value === 'off' || between(1, 100)(value);

/** "Target group attributes", by the kind of targets. */
export function targetGroupAttributes(
  type: 'instance' | 'ip' | 'lambda' | 'alb',
  protocol?: string,
): Readonly<Record<string, Attribute>> {
  if (protocol === 'TCP' || protocol === 'TLS') return flowAttributes(type);
  if (type === 'lambda') return { 'lambda.multi_value_headers.enabled': { default: 'false', check: flag } };
  return {
    'stickiness.enabled': { default: 'false', check: flag },
    'deregistration_delay.timeout_seconds': { default: '300', check: between(0, 3600) },
    'load_balancing.algorithm.type': {
      default: 'round_robin',
      check: /^(round_robin|least_outstanding_requests|weighted_random)$/,
    },
    'load_balancing.algorithm.anomaly_mitigation': {
      default: 'off',
      check: /^(on|off)$/,
      only: { value: 'off', why: 'anomalies of targets are not detected.' },
    },
    'load_balancing.cross_zone.enabled': {
      default: 'use_load_balancer_configuration',
      check: /^(true|false|use_load_balancer_configuration)$/,
    },
    'slow_start.duration_seconds': {
      default: '0',
      check: (value) => value === '0' || between(30, 900)(value),
    },
    'stickiness.type': { default: 'lb_cookie', check: /^(lb_cookie|app_cookie)$/ },
    'stickiness.lb_cookie.duration_seconds': { default: '86400', check: between(1, 604_800) },
    'stickiness.app_cookie.cookie_name': { default: '', check: /^(?!AWSALB)[!#$%&'*+.^_`|~0-9A-Za-z-]*$/ },
    'stickiness.app_cookie.duration_seconds': { default: '86400', check: between(1, 604_800) },
    'target_group_health.dns_failover.minimum_healthy_targets.count': { default: '1', check: /^(off|\d+)$/ },
    'target_group_health.dns_failover.minimum_healthy_targets.percentage': { default: 'off', check: perhapsPercent },
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': { default: '1', check: /^\d+$/ },
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': {
      default: 'off',
      check: perhapsPercent,
    },
  };
}

/** "Target group attributes" of Network Load Balancers. */
function flowAttributes(type: 'instance' | 'ip' | 'lambda' | 'alb'): Readonly<Record<string, Attribute>> {
  return {
    'deregistration_delay.timeout_seconds': { default: '300', check: between(0, 3600) },
    'deregistration_delay.connection_termination.enabled': { default: 'false', check: flag },
    'preserve_client_ip.enabled': {
      default: type === 'ip' ? 'false' : 'true',
      // "You can't disable client IP preservation" for Application Load Balancers as targets.
      check: type === 'alb' ? /^true$/ : flag,
    },
    'proxy_protocol_v2.enabled': { default: 'false', check: type === 'alb' ? /^false$/ : flag },
    'stickiness.enabled': { default: 'false', check: flag },
    'stickiness.type': { default: 'source_ip', check: /^source_ip$/ },
    'load_balancing.cross_zone.enabled': {
      default: 'use_load_balancer_configuration',
      check: /^(true|false|use_load_balancer_configuration)$/,
    },
    'target_health_state.unhealthy.connection_termination.enabled': { default: 'true', check: flag },
    'target_health_state.unhealthy.draining_interval_seconds': {
      default: '0',
      check: between(0, 360_000),
      only: { value: '0', why: 'flows to a target that is ill end at once, or not at all.' },
    },
    'target_group_health.dns_failover.minimum_healthy_targets.count': { default: '1', check: /^(off|\d+)$/ },
    'target_group_health.dns_failover.minimum_healthy_targets.percentage': { default: 'off', check: perhapsPercent },
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': { default: '1', check: /^\d+$/ },
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': {
      default: 'off',
      check: perhapsPercent,
    },
  };
}

export interface KeyValue {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** The attributes as they are after the change. */
export function changeAttributes(
  known: Readonly<Record<string, Attribute>>,
  before: Record<string, string>,
  change: readonly KeyValue[],
): Record<string, string> {
  const after = { ...before };
  for (const { Key = '', Value = '' } of change) {
    const attribute = known[Key];
    if (!attribute) throw validationError(`The attribute key '${Key}' is not recognized`);
    const valid = attribute.check instanceof RegExp ? attribute.check.test(Value) : attribute.check(Value);
    if (!valid) throw validationError(`The attribute value '${Value}' of key '${Key}' is not valid`);
    if (attribute.only && Value !== attribute.only.value)
      throw refused(`elbv2 attribute ${Key} = ${Value}`, attribute.only.why);
    after[Key] = Value;
  }
  return after;
}

export function listAttributes(
  known: Readonly<Record<string, Attribute>>,
  set: Readonly<Record<string, string>>,
): { Key: string; Value: string }[] {
  return Object.entries(known).map(([Key, attribute]) => ({ Key, Value: set[Key] ?? attribute.default }));
}

export function attributeOf(
  known: Readonly<Record<string, Attribute>>,
  set: Readonly<Record<string, string>>,
  key: string,
): string {
  return set[key] ?? known[key]?.default ?? '';
}

/** By `prefix` and key, for `orrery fidelity`. */
export function attributeFidelity(
  prefix: string,
  known: Readonly<Record<string, Attribute>>,
): Record<string, 'executed' | 'stored'> {
  return Object.fromEntries(
    Object.entries(known).map(([key, { stored }]) => [`${prefix}.${key}`, stored ? 'stored' : 'executed']),
  );
}
