import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeAddressesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { startOrrery } from '../../../tests/runtime-fixture.ts';
import { readAssembly } from '../../cli/deploy/assembly.ts';
import { deployAll } from '../../cli/deploy/deploy.ts';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';
import { namespacesLacking } from '../../engines/network/namespace/namespace-fabric.ts';
import { network } from '../../engines/network/network.ts';

/** What `new ec2.Vpc(…)` of the CDK comes to, with everything its options add. */
function synthesize(outdir: string): void {
  const context = { '@aws-cdk/aws-ec2:restrictDefaultSecurityGroup': true };
  // The CDK's own validation takes longer than all the rest, and the blueprints' synthesis runs it.
  const app = new App({ outdir, context, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'network');
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    maxAzs: 2,
    natGateways: 1,
    flowLogs: { all: { destination: ec2.FlowLogDestination.toCloudWatchLogs() } },
    gatewayEndpoints: { s3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
  });
  const acl = new ec2.NetworkAcl(stack, 'Acl', {
    vpc,
    subnetSelection: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
  });
  acl.addEntry('In', {
    cidr: ec2.AclCidr.anyIpv4(),
    ruleNumber: 100,
    traffic: ec2.AclTraffic.allTraffic(),
    direction: ec2.TrafficDirection.INGRESS,
  });
  acl.addEntry('Out', {
    cidr: ec2.AclCidr.anyIpv4(),
    ruleNumber: 100,
    traffic: ec2.AclTraffic.allTraffic(),
    direction: ec2.TrafficDirection.EGRESS,
  });
  const web = new ec2.SecurityGroup(stack, 'Web', { vpc });
  web.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(80), 'from anywhere');
  const data = new ec2.SecurityGroup(stack, 'Data', { vpc, allowAllOutbound: false });
  data.connections.allowFrom(web, ec2.Port.tcp(5432), 'from the web');
  vpc.addInterfaceEndpoint('Sqs', { service: ec2.InterfaceVpcEndpointAwsService.SQS });
  if (!namespacesLacking())
    new ec2.Instance(stack, 'Host', {
      vpc,
      instanceType: new ec2.InstanceType('t3.micro'),
      machineImage: ec2.MachineImage.latestAmazonLinux2023(),
    });
  new CfnOutput(stack, 'VpcId', { value: vpc.vpcId });
  new CfnOutput(stack, 'DataGroupId', { value: data.securityGroupId });
  app.synth();
}

test('a VPC of the CDK is deployed as it would be on AWS, and deleted without anything left', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-cdk-vpc-'));
  const orrery = await startOrrery({ clock: 'running' });
  t.after(async () => {
    await orrery.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  synthesize(folder);
  const ctx = orrery.context();
  const stacks = readAssembly(folder, { account: ctx.account, region: ctx.region });
  const failures: string[] = [];
  const target = { stacks, account: ctx.account, region: ctx.region };
  await deployAll(orrery.kernel, target, ({ resource, status, reason }) => {
    if (status.endsWith('_FAILED')) failures.push(`${resource}: ${reason}`);
  });
  assert.deepEqual(failures, []);
  const cloudformation = orrery.client(CloudFormationClient);
  const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'network' }));
  assert.equal(Stacks[0]?.StackStatus, 'CREATE_COMPLETE');
  const output = (name: string) => Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue ?? '';
  const vpcId = output('VpcId');
  const table = orrery.kernel.engine(network).vpc(vpcId);
  assert.equal(table.subnets.length, 4);
  assert.deepEqual(table.subnets.map(({ routes }) => routes[0]?.target).sort(), [
    'internet-gateway',
    'internet-gateway',
    'nat-gateway',
    'nat-gateway',
  ]);
  const data = table.securityGroups.find(({ groupId }) => groupId === output('DataGroupId'));
  assert.equal(data?.ingress.length, 1);

  const client = orrery.client(EC2Client);
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const { SecurityGroups = [] } = await client.send(
    new DescribeSecurityGroupsCommand({ Filters: [...Filters, { Name: 'group-name', Values: ['default'] }] }),
  );
  assert.deepEqual([SecurityGroups[0]?.IpPermissions, SecurityGroups[0]?.IpPermissionsEgress], [[], []]);

  await cloudformation.send(new DeleteStackCommand({ StackName: 'network' }));
  await orrery.kernel.engine(deployments).settled(Stacks[0]?.StackId ?? '');
  const { StackEvents = [] } = await cloudformation.send(
    new DescribeStackEventsCommand({ StackName: Stacks[0]?.StackId }),
  );
  const failed = StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
  assert.deepEqual(
    failed.map(({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason}`),
    [],
  );
  const { Vpcs = [] } = await client.send(new DescribeVpcsCommand({}));
  assert.deepEqual(
    Vpcs.map(({ IsDefault }) => IsDefault),
    [true],
  );
  assert.deepEqual((await client.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces, []);
  assert.deepEqual((await client.send(new DescribeAddressesCommand({}))).Addresses, []);
});
