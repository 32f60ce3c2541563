import type {
  Action,
  AvailabilityZone,
  Certificate,
  Listener,
  LoadBalancer,
  RuleCondition,
  Tag,
  TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { formatArn, parseArn } from '../../kernel/arn.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';

/** One zone's node: its subnet, and the network interface it has there once EC2 made one. */
export interface NodeRecord {
  ZoneName: string;
  SubnetId: string;
  NetworkInterfaceId: string | undefined;
  PrivateIpAddress: string | undefined;
  PublicIpAddress?: string | undefined;
  /** Of the elastic address that it manages itself. */
  AllocationId?: string | undefined;
  /** The user's own elastic address, for a Network Load Balancer. */
  ownAllocationId?: string | undefined;
}

/** Times are ISO texts, for records are JSON. */
export interface LoadBalancerRecord
  extends Required<
    Pick<
      LoadBalancer,
      'LoadBalancerArn' | 'DNSName' | 'CanonicalHostedZoneId' | 'LoadBalancerName' | 'Scheme' | 'VpcId'
    >
  > {
  CreatedTime: string;
  Type: 'application' | 'network';
  IpAddressType: 'ipv4';
  SecurityGroups: string[];
  nodes: NodeRecord[];
  /** Those that were set; defaults are in behaviour/attributes.ts. */
  attributes: Record<string, string>;
  Tags: Tag[];
  account: string;
  region: string;
}

export type ListenerProtocol = 'HTTP' | 'HTTPS' | 'TCP' | 'TLS';

/** Whether flows are carried, as Network Load Balancers do, and not requests. */
export function isFlow(protocol: string | undefined): boolean {
  return protocol === 'TCP' || protocol === 'TLS';
}

export interface ListenerRecord
  extends Required<Pick<Listener, 'ListenerArn' | 'LoadBalancerArn' | 'Port' | 'DefaultActions'>> {
  Protocol: ListenerProtocol;
  SslPolicy: string | undefined;
  /** Of a TLS listener. */
  AlpnPolicy?: string[] | undefined;
  /** The default certificate first. */
  Certificates: Certificate[];
  attributes: Record<string, string>;
  Tags: Tag[];
  /** Of the default rule, which has no record: it is the listener's DefaultActions. */
  defaultRuleArn: string;
}

export interface RuleRecord {
  RuleArn: string;
  ListenerArn: string;
  Priority: number;
  Conditions: RuleCondition[];
  Actions: Action[];
  Tags: Tag[];
}

export interface RegisteredTarget {
  Id: string;
  Port: number;
  AvailabilityZone: string | undefined;
  /** Where an instance was found to answer, or the address itself. */
  address: string | undefined;
  deregisteredMs: number | undefined;
  /** The state of an instance that does not run. */
  notRunning?: 'stopping' | 'stopped' | undefined;
}

export interface TargetGroupRecord
  extends Required<
    Pick<
      TargetGroup,
      | 'TargetGroupArn'
      | 'TargetGroupName'
      | 'HealthCheckEnabled'
      | 'HealthCheckIntervalSeconds'
      | 'HealthCheckTimeoutSeconds'
      | 'HealthyThresholdCount'
      | 'UnhealthyThresholdCount'
      | 'HealthCheckPath'
    >
  > {
  TargetType: 'instance' | 'ip' | 'lambda' | 'alb';
  Protocol: ListenerProtocol | undefined;
  Port: number | undefined;
  VpcId: string | undefined;
  HealthCheckProtocol: 'HTTP' | 'HTTPS' | 'TCP';
  HealthCheckPort: string;
  HttpCode: string;
  targets: RegisteredTarget[];
  attributes: Record<string, string>;
  Tags: Tag[];
  account: string;
  region: string;
}

export type Owner = { account: string; region: string };
type Stored = Pick<Kernel, 'store'>;

function records<T extends object>(name: string): (kernel: Stored, owner: Owner) => Collection<T> {
  return (kernel, { account, region }) => kernel.store.collection<T>(`elbv2.${name}`, { account, region });
}

/** All keyed by ARN. */
export const loadBalancers = records<LoadBalancerRecord>('load-balancers');
export const listeners = records<ListenerRecord>('listeners');
export const rules = records<RuleRecord>('rules');
export const targetGroups = records<TargetGroupRecord>('target-groups');

export function elbArn(owner: Owner, resource: string): string {
  return formatArn('elasticloadbalancing', owner.region, owner.account, resource);
}

/** app/name/id of a load balancer's ARN, and of the ARNs of its listeners and rules. */
export function dimensionOf(arn: string): string {
  const resource = parseArn(arn)?.resource ?? '';
  return resource.startsWith('targetgroup/') ? resource : resource.split('/').slice(1, 4).join('/');
}

export function listenersOf(kernel: Stored, owner: Owner, loadBalancerArn: string): ListenerRecord[] {
  return listeners(kernel, owner)
    .values()
    .filter((listener) => listener.LoadBalancerArn === loadBalancerArn)
    .sort((a, b) => a.Port - b.Port);
}

/** By priority. */
export function rulesOf(kernel: Stored, owner: Owner, listenerArn: string): RuleRecord[] {
  return rules(kernel, owner)
    .values()
    .filter((rule) => rule.ListenerArn === listenerArn)
    .sort((a, b) => a.Priority - b.Priority);
}

export function zonesOfNodes(nodes: readonly NodeRecord[]): AvailabilityZone[] {
  return nodes.map(({ ZoneName, SubnetId }) => ({ ZoneName, SubnetId, LoadBalancerAddresses: [] }));
}

/** Target groups that a list of actions forwards to. */
export function forwardedTo(actions: readonly Action[]): string[] {
  return actions.flatMap(({ ForwardConfig }) =>
    (ForwardConfig?.TargetGroups ?? []).flatMap(({ TargetGroupArn }) => (TargetGroupArn ? [TargetGroupArn] : [])),
  );
}

/** ARNs of the load balancers that send to a target group. */
export function usersOf(kernel: Stored, owner: Owner, targetGroupArn: string): string[] {
  const arns = new Set<string>();
  for (const { ListenerArn, LoadBalancerArn, DefaultActions } of listeners(kernel, owner).values()) {
    const all = [...DefaultActions, ...rulesOf(kernel, owner, ListenerArn).flatMap(({ Actions }) => Actions)];
    if (forwardedTo(all).includes(targetGroupArn)) arns.add(LoadBalancerArn);
  }
  return [...arns];
}
