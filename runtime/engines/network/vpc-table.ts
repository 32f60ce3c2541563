/**
 * What the EC2 service compiles its configuration into and pushes to the network engine: enough to decide about every
 * packet, and nothing else. Addresses are IPv4.
 */
export interface VpcTable {
  vpcId: string;
  /** Its address ranges, as CIDR blocks. */
  cidrs: readonly string[];
  subnets: readonly SubnetTable[];
  networkAcls: readonly NetworkAclTable[];
  securityGroups: readonly SecurityGroupTable[];
  interfaces: readonly InterfaceTable[];
}

export interface SubnetTable {
  subnetId: string;
  cidr: string;
  availabilityZone: string;
  networkAclId: string;
  /** The most specific destination counts ("Route priority", Amazon VPC User Guide). */
  routes: readonly RouteTable[];
}

export interface RouteTable {
  destination: string;
  /**
   * Where packets go that the VPC itself does not hold: to the internet by an internet gateway (which only interfaces with a
   * public address can use), by a NAT gateway, or nowhere.
   */
  target: 'internet-gateway' | 'nat-gateway' | 'blackhole';
}

export interface NetworkAclTable {
  networkAclId: string;
  /** In the order of their numbers; what none of them matches is denied. */
  entries: readonly NetworkAclEntry[];
}

export interface NetworkAclEntry {
  egress: boolean;
  allow: boolean;
  match: PacketMatch;
  cidr: string;
}

export interface SecurityGroupTable {
  groupId: string;
  ingress: readonly SecurityGroupRule[];
  egress: readonly SecurityGroupRule[];
}

export interface SecurityGroupRule {
  match: PacketMatch;
  peer: { cidr: string } | { groupId: string };
}

/** `protocol` all, or its number with the ports (TCP, UDP) or the type (ICMP) from and to, both included. */
export interface PacketMatch {
  protocol: 'all' | number;
  fromPort?: number | undefined;
  toPort?: number | undefined;
  /** Undefined: every code of the type. */
  icmpCode?: number | undefined;
}

export interface InterfaceTable {
  networkInterfaceId: string;
  subnetId: string;
  privateIp: string;
  publicIp?: string | undefined;
  securityGroupIds: readonly string[];
  /** Its zone or subnet is cut off: nothing passes. */
  isolated?: boolean | undefined;
}

export const tcp = 6;
export const udp = 17;
export const icmp = 1;

export const emptyVpc = (vpcId: string): VpcTable => ({
  vpcId,
  cidrs: [],
  subnets: [],
  networkAcls: [],
  securityGroups: [],
  interfaces: [],
});
