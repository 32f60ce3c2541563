import type { ResourceType } from '../../../kernel/resource.ts';
import { EIP, EIPAssociation } from './EIP.ts';
import { FlowLog } from './FlowLog.ts';
import { Instance } from './Instance.ts';
import { InternetGateway, VPCGatewayAttachment } from './InternetGateway.ts';
import { KeyPair } from './KeyPair.ts';
import { LaunchTemplate } from './LaunchTemplate.ts';
import { NatGateway } from './NatGateway.ts';
import { NetworkAcl, NetworkAclEntry, SubnetNetworkAclAssociation } from './NetworkAcl.ts';
import { NetworkInterface } from './NetworkInterface.ts';
import { Route, RouteTable, SubnetRouteTableAssociation } from './RouteTable.ts';
import { SecurityGroup } from './SecurityGroup.ts';
import { SecurityGroupEgress, SecurityGroupIngress } from './SecurityGroupRule.ts';
import { Subnet } from './Subnet.ts';
import { Volume, VolumeAttachment } from './Volume.ts';
import { VPC } from './VPC.ts';
import { VPCEndpoint } from './VPCEndpoint.ts';

/** The types of AWS::EC2 that templates may use. */
export const resources: ResourceType[] = [
  VPC,
  Subnet,
  InternetGateway,
  VPCGatewayAttachment,
  Route,
  RouteTable,
  SubnetRouteTableAssociation,
  EIP,
  EIPAssociation,
  NatGateway,
  SecurityGroup,
  SecurityGroupEgress,
  SecurityGroupIngress,
  NetworkAcl,
  NetworkAclEntry,
  SubnetNetworkAclAssociation,
  NetworkInterface,
  VPCEndpoint,
  FlowLog,
  Instance,
  KeyPair,
  LaunchTemplate,
  Volume,
  VolumeAttachment,
];
