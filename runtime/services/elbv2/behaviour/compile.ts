import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type {
  ActionTable,
  ConditionTable,
  ListenerTable,
  LoadBalancerSettings,
  LoadBalancerTable,
  TargetGroupTable,
} from '../../../data-planes/alb/configuration.ts';
import { wildcard } from '../../../engines/patterns/wildcards.ts';
import type { Kernel } from '../../../kernel/service.ts';
import {
  dimensionOf,
  isFlow,
  type ListenerRecord,
  type LoadBalancerRecord,
  listenersOf,
  rulesOf,
  type TargetGroupRecord,
} from '../state.ts';
import { attributeOf, attributesOf, loadBalancerAttributes, targetGroupAttributes } from './attributes.ts';
import { answerHeaders, tlsHeaderNames } from './listener-attributes.ts';
import { tlsSettingsOf } from './ssl-policies.ts';

/** A load balancer's records as its data plane serves by them. */
export function compileLoadBalancer(kernel: Kernel, record: LoadBalancerRecord): LoadBalancerTable {
  return {
    arn: record.LoadBalancerArn,
    type: record.Type,
    dimension: dimensionOf(record.LoadBalancerArn),
    name: record.LoadBalancerName,
    dnsName: record.DNSName.toLowerCase(),
    account: record.account,
    region: record.region,
    vpcId: record.VpcId,
    internal: record.Scheme === 'internal',
    hasSecurityGroups: record.SecurityGroups.length > 0,
    nodes: record.nodes.map(({ ZoneName, PrivateIpAddress, PublicIpAddress }) => ({
      zone: ZoneName,
      address: PrivateIpAddress,
      publicAddress: PublicIpAddress,
    })),
    listeners: listenersOf(kernel, record, record.LoadBalancerArn).map((listener) =>
      compileListener(kernel, record, listener),
    ),
    attributes: settingsOf(record),
  };
}

function settingsOf({ Type, attributes }: LoadBalancerRecord): LoadBalancerSettings {
  const known = { ...loadBalancerAttributes, ...attributesOf(Type) };
  const value = (key: string): string => attributeOf(known, attributes, key);
  const on = (key: string): boolean => value(key) === 'true';
  return {
    idleTimeoutSeconds: Number(value('idle_timeout.timeout_seconds')),
    crossZone: on('load_balancing.cross_zone.enabled'),
    desyncMode: value('routing.http.desync_mitigation_mode') as LoadBalancerSettings['desyncMode'],
    dropInvalidHeaders: on('routing.http.drop_invalid_header_fields.enabled'),
    tlsHeaders: on('routing.http.x_amzn_tls_version_and_cipher_suite.enabled'),
    preserveHost: on('routing.http.preserve_host_header.enabled'),
    xffMode: value('routing.http.xff_header_processing.mode') as LoadBalancerSettings['xffMode'],
    xffClientPort: on('routing.http.xff_client_port.enabled'),
    accessLogs: on('access_logs.s3.enabled')
      ? { bucket: value('access_logs.s3.bucket'), prefix: value('access_logs.s3.prefix') }
      : undefined,
  };
}

function compileListener(kernel: Kernel, owner: LoadBalancerRecord, listener: ListenerRecord): ListenerTable {
  const own = rulesOf(kernel, owner, listener.ListenerArn).map((rule) => ({
    arn: rule.RuleArn,
    priority: rule.Priority,
    conditions: rule.Conditions.map(compileCondition),
    action: compileAction(rule.Actions),
  }));
  const last = {
    arn: listener.defaultRuleArn,
    priority: 0,
    conditions: [],
    action: compileAction(listener.DefaultActions),
  };
  return {
    arn: listener.ListenerArn,
    port: listener.Port,
    protocol: listener.Protocol,
    idleSeconds: Number(listener.attributes['tcp.idle_timeout.seconds'] ?? 350),
    certificates: listener.Certificates.flatMap(({ CertificateArn }) => CertificateArn ?? []),
    tls: tlsOf(owner, listener),
    rules: [...own, last],
    answers: answerHeaders(listener.attributes),
    tlsHeaderNames: tlsHeaderNames(listener.attributes),
  };
}

function tlsOf(owner: LoadBalancerRecord, { SslPolicy }: ListenerRecord): ListenerTable['tls'] {
  if (SslPolicy === undefined) return undefined;
  const http2 = attributeOf(loadBalancerAttributes, owner.attributes, 'routing.http2.enabled') === 'true';
  return { policy: SslPolicy, settings: tlsSettingsOf(SslPolicy), http2 };
}

/** Which of them are compared without regard to case is said with each condition type. */
function compileCondition(condition: RuleCondition): ConditionTable {
  const patterns = (values: string[] | undefined, ignoreCase: boolean) =>
    (values ?? []).map((value) => wildcard(value, { escapes: true, ignoreCase }));
  switch (condition.Field) {
    case 'host-header':
      return { field: 'host-header', values: patterns(condition.HostHeaderConfig?.Values, true) };
    case 'path-pattern':
      return { field: 'path-pattern', values: patterns(condition.PathPatternConfig?.Values, false) };
    case 'http-header':
      return {
        field: 'http-header',
        name: (condition.HttpHeaderConfig?.HttpHeaderName ?? '').toLowerCase(),
        values: patterns(condition.HttpHeaderConfig?.Values, true),
      };
    case 'http-request-method':
      return { field: 'http-request-method', values: condition.HttpRequestMethodConfig?.Values ?? [] };
    case 'query-string':
      return {
        field: 'query-string',
        values: (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value = '' }) => ({
          key: Key ? wildcard(Key, { escapes: true, ignoreCase: true }) : undefined,
          value: wildcard(Value, { escapes: true, ignoreCase: true }),
        })),
      };
    case 'source-ip':
      return { field: 'source-ip', values: condition.SourceIpConfig?.Values ?? [] };
    default:
      throw new Error(`a stored rule has the condition ${condition.Field}`);
  }
}

function compileAction([action]: readonly Action[]): ActionTable {
  const { ForwardConfig, RedirectConfig, FixedResponseConfig } = action ?? {};
  if (ForwardConfig) {
    const sticky = ForwardConfig.TargetGroupStickinessConfig;
    return {
      type: 'forward',
      groups: (ForwardConfig.TargetGroups ?? []).map(({ TargetGroupArn = '', Weight = 1 }) => ({
        arn: TargetGroupArn,
        weight: Weight,
      })),
      stickySeconds: sticky?.Enabled ? sticky.DurationSeconds : undefined,
    };
  }
  if (RedirectConfig) {
    const { StatusCode, Protocol = '', Host = '', Port = '', Path = '', Query = '' } = RedirectConfig;
    return {
      type: 'redirect',
      status: StatusCode === 'HTTP_301' ? 301 : 302,
      protocol: Protocol,
      host: Host,
      port: Port,
      path: Path,
      query: Query,
    };
  }
  return {
    type: 'fixed-response',
    status: Number(FixedResponseConfig?.StatusCode),
    contentType: FixedResponseConfig?.ContentType,
    body: FixedResponseConfig?.MessageBody ?? '',
  };
}

export function compileTargetGroup(record: TargetGroupRecord): TargetGroupTable {
  const known = targetGroupAttributes(record.TargetType, record.Protocol);
  const value = (key: string): string => attributeOf(known, record.attributes, key);
  const number = (text: string): number => (text === 'off' ? 0 : Number(text));
  const minimum = (kind: string) => ({
    count: number(value(`target_group_health.${kind}.minimum_healthy_targets.count`)),
    percentage: number(value(`target_group_health.${kind}.minimum_healthy_targets.percentage`)),
  });
  const crossZone = value('load_balancing.cross_zone.enabled');
  return {
    arn: record.TargetGroupArn,
    dimension: dimensionOf(record.TargetGroupArn),
    account: record.account,
    region: record.region,
    targetType: record.TargetType,
    protocol: record.Protocol ?? 'HTTP',
    flows: isFlow(record.Protocol)
      ? {
          preserveClientIp: value('preserve_client_ip.enabled') === 'true',
          proxyProtocol: value('proxy_protocol_v2.enabled') === 'true',
          endWhenDeregistered: value('deregistration_delay.connection_termination.enabled') === 'true',
          endWhenUnhealthy: value('target_health_state.unhealthy.connection_termination.enabled') === 'true',
        }
      : undefined,
    vpcId: record.VpcId ?? '',
    targets: record.targets.map(({ Id, Port, AvailabilityZone, address, deregisteredMs, notRunning }) => ({
      id: Id,
      port: Port,
      zone: AvailabilityZone,
      address,
      deregisteredMs,
      notRunning,
    })),
    healthCheck: {
      enabled: record.HealthCheckEnabled,
      protocol: record.HealthCheckProtocol,
      port: record.HealthCheckPort === 'traffic-port' ? undefined : Number(record.HealthCheckPort),
      path: record.HealthCheckPath,
      intervalSeconds: record.HealthCheckIntervalSeconds,
      timeoutSeconds: record.HealthCheckTimeoutSeconds,
      healthyThreshold: record.HealthyThresholdCount,
      unhealthyThreshold: record.UnhealthyThresholdCount,
      matcher: record.HttpCode,
    },
    algorithm: (value('load_balancing.algorithm.type') || 'round_robin') as TargetGroupTable['algorithm'],
    slowStartSeconds: Number(value('slow_start.duration_seconds')),
    deregistrationDelaySeconds: Number(value('deregistration_delay.timeout_seconds')),
    crossZone: /^(true|false)$/.test(crossZone) ? crossZone === 'true' : undefined,
    stickiness: stickinessOf(value),
    multiValueHeaders: value('lambda.multi_value_headers.enabled') === 'true',
    minimumHealthy: minimum('unhealthy_state_routing'),
    dnsMinimum: minimum('dns_failover'),
  };
}

function stickinessOf(value: (key: string) => string): TargetGroupTable['stickiness'] {
  if (value('stickiness.enabled') !== 'true') return undefined;
  if (value('stickiness.type') === 'source_ip') return { type: 'source_ip' };
  if (value('stickiness.type') === 'lb_cookie')
    return { type: 'lb_cookie', durationSeconds: Number(value('stickiness.lb_cookie.duration_seconds')) };
  return {
    type: 'app_cookie',
    cookieName: value('stickiness.app_cookie.cookie_name'),
    durationSeconds: Number(value('stickiness.app_cookie.duration_seconds')),
  };
}
