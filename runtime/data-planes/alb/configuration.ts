import type { TlsSettings } from '../../engines/certificates/certificates.ts';

/**
 * What services/elbv2 compiles load balancers and target groups into and pushes in. Everything a request needs is decided
 * from these tables and from what the data plane measures itself.
 */
export interface LoadBalancerTable {
  arn: string;
  type: 'application' | 'network';
  /** app/name/id or net/name/id, the dimension LoadBalancer of its metrics. */
  dimension: string;
  name: string;
  dnsName: string;
  account: string;
  region: string;
  vpcId: string;
  internal: boolean;
  /** Network Load Balancers may have none, and then let everybody in. */
  hasSecurityGroups: boolean;
  nodes: readonly NodeTable[];
  listeners: readonly ListenerTable[];
  attributes: LoadBalancerSettings;
}

/** One zone's part of the load balancer. */
export interface NodeTable {
  zone: string;
  /** The private address of its network interface, where its subnet is one of a VPC that runs. */
  address: string | undefined;
  /** Its elastic one, where the load balancer faces the internet. */
  publicAddress: string | undefined;
}

export interface LoadBalancerSettings {
  idleTimeoutSeconds: number;
  crossZone: boolean;
  desyncMode: 'monitor' | 'defensive' | 'strictest';
  dropInvalidHeaders: boolean;
  /** Whether targets are told how TLS was spoken. */
  tlsHeaders: boolean;
  preserveHost: boolean;
  xffMode: 'append' | 'preserve' | 'remove';
  xffClientPort: boolean;
  accessLogs: { bucket: string; prefix: string } | undefined;
}

export interface ListenerTable {
  arn: string;
  port: number;
  protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'TLS';
  /** How long a flow may be silent, where flows are carried. */
  idleSeconds: number;
  /** ARNs, the default one first. */
  certificates: readonly string[];
  /** Of listeners that end TLS. */
  tls: { policy: string; settings: TlsSettings; http2: boolean } | undefined;
  /** By priority; the default rule is last. */
  rules: readonly RuleTable[];
  /** What is done to the headers of its answers; undefined where they go out as they are. */
  answers: { server: boolean; added: Readonly<Record<string, string>> } | undefined;
  /** What headers of requests are called that say how TLS was spoken. */
  tlsHeaderNames: { version: string; cipher: string };
}

export interface RuleTable {
  arn: string;
  /** 0 stands for the default rule in access logs. */
  priority: number;
  conditions: readonly ConditionTable[];
  action: ActionTable;
}

/** Whether a host name, a path, a header or a query string's part fits a pattern. */
type TextTest = (text: string) => boolean;

export type ConditionTable =
  | { field: 'host-header' | 'path-pattern'; values: readonly TextTest[] }
  | { field: 'http-header'; name: string; values: readonly TextTest[] }
  | { field: 'http-request-method'; values: readonly string[] }
  | { field: 'query-string'; values: readonly { key: TextTest | undefined; value: TextTest }[] }
  | { field: 'source-ip'; values: readonly string[] };

export type ActionTable =
  | { type: 'forward'; groups: readonly { arn: string; weight: number }[]; stickySeconds: number | undefined }
  | {
      type: 'redirect';
      status: 301 | 302;
      protocol: string;
      host: string;
      port: string;
      path: string;
      query: string;
    }
  | { type: 'fixed-response'; status: number; contentType: string | undefined; body: string };

export interface TargetGroupTable {
  arn: string;
  /** targetgroup/name/id, the dimension TargetGroup. */
  dimension: string;
  account: string;
  region: string;
  targetType: 'instance' | 'ip' | 'lambda' | 'alb';
  protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'TLS';
  /** Of groups that take flows: those of Network Load Balancers. */
  flows:
    | {
        preserveClientIp: boolean;
        proxyProtocol: boolean;
        endWhenUnhealthy: boolean;
        /** When the delay of the deregistration is over. */
        endWhenDeregistered: boolean;
      }
    | undefined;
  vpcId: string;
  targets: readonly TargetTable[];
  healthCheck: HealthCheckTable;
  algorithm: 'round_robin' | 'least_outstanding_requests' | 'weighted_random';
  slowStartSeconds: number;
  deregistrationDelaySeconds: number;
  /** Undefined: as the load balancer is set. */
  crossZone: boolean | undefined;
  stickiness: StickinessTable | undefined;
  multiValueHeaders: boolean;
  /** Below as many healthy targets, requests go to all ("Target group health"). */
  minimumHealthy: { count: number; percentage: number };
  /** With fewer, DNS leads away from the load balancer (the same page, "DNS failover"). */
  dnsMinimum: { count: number; percentage: number };
}

export type StickinessTable =
  | { type: 'lb_cookie'; durationSeconds: number }
  | { type: 'app_cookie'; cookieName: string; durationSeconds: number }
  | { type: 'source_ip' };

export interface TargetTable {
  /** What it was registered as: an instance's id, an address, a function's ARN. */
  id: string;
  port: number;
  /** Undefined: any zone. */
  zone: string | undefined;
  /** Where it answers; undefined for functions, and for instances that have no address. */
  address: string | undefined;
  /** Cloud time at which it was deregistered. */
  deregisteredMs: number | undefined;
  /** An instance that does not run takes no requests. */
  notRunning: 'stopping' | 'stopped' | undefined;
}

export interface HealthCheckTable {
  enabled: boolean;
  protocol: 'HTTP' | 'HTTPS' | 'TCP';
  port: number | undefined;
  path: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  /** Codes that count as success. */
  matcher: string;
}

export const targetKey = ({ id, port }: { id: string; port: number }): string => `${id}|${port}`;
