import {
  AclCidr,
  AclTraffic,
  type CfnNetworkAclEntry,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISubnet,
  NetworkAcl,
  SecurityGroup,
  SubnetType,
  TrafficDirection,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { suppress } from './nag.ts';

export const databasePort = 5432;

/**
 * Two zones, each with a public subnet (load balancer and instances), a private one with a way out (functions) and one
 * without any (the database). Who may speak to whom is said by four security groups, and for the database once more
 * by the network access control list of its subnets.
 */
export class RestaurantNetwork extends Construct {
  readonly vpc: Vpc;
  readonly loadBalancer: SecurityGroup;
  readonly instances: SecurityGroup;
  readonly functions: SecurityGroup;
  readonly database: SecurityGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.vpc = this.network();
    this.loadBalancer = this.group('LoadBalancerGroup', 'The load balancer: HTTPS from anywhere');
    this.instances = this.group('InstancesGroup', 'The instances: their services, from the load balancer');
    this.functions = this.group('FunctionsGroup', 'The functions that read the database: nobody calls them here');
    this.database = this.group('DatabaseGroup', 'The database: from the instances and those functions', false);
    this.guardDatabase();
  }

  private network(): Vpc {
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.20.0.0/16'),
      maxAzs: 2,
      // The report and the rotation go out by it, and both are tried again: a second one would cost as much again.
      natGateways: 1,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24 },
        { name: 'functions', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
        { name: 'database', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
    });
    const logGroup = new LogGroup(this, 'FlowLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    vpc.addFlowLog('Flows', {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: FlowLogTrafficType.ALL,
    });
    return vpc;
  }

  private group(id: string, description: string, allowAllOutbound = true): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound });
  }

  /** "Control subnet traffic with network access control lists": no state, so answers are let out by their ports. */
  private guardDatabase(): void {
    const list = new NetworkAcl(this, 'DatabaseAcl', {
      vpc: this.vpc,
      subnetSelection: { subnetGroupName: 'database' },
    });
    suppress(list, 'AwsSolutions-VPC3', 'It stands beside the security groups, for the database’s subnets alone.');
    const clients = [...this.subnets('public'), ...this.subnets('functions')];
    for (const [index, { ipv4CidrBlock }] of clients.entries()) {
      const rule = { cidr: AclCidr.ipv4(ipv4CidrBlock), ruleNumber: 100 + index };
      const entries = [
        list.addEntry(`In${index}`, {
          ...rule,
          direction: TrafficDirection.INGRESS,
          traffic: AclTraffic.tcpPort(databasePort),
        }),
        list.addEntry(`Out${index}`, {
          ...rule,
          direction: TrafficDirection.EGRESS,
          traffic: AclTraffic.tcpPortRange(1024, 65_535),
        }),
      ];
      for (const entry of entries) {
        suppress(
          entry.node.defaultChild as CfnNetworkAclEntry,
          'AwsSolutions-VPC3',
          'It stands beside the security groups, for the database’s subnets alone.',
        );
      }
    }
  }

  subnets(subnetGroupName: 'public' | 'functions' | 'database'): ISubnet[] {
    return this.vpc.selectSubnets({ subnetGroupName }).subnets;
  }
}
