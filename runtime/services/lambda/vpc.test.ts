import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { notHere } from '../../../tests/not-here.ts';
import { namespacesLacking } from '../../engines/network/namespace/namespace-fabric.ts';
import { network } from '../../engines/network/network.ts';
import { type LambdaCloud, roleArn, startLambda } from './test-cloud.ts';

const caller = `import net from 'node:net';
import dns from 'node:dns/promises';
export const handler = async ({ host, port, name }) => {
  if (name) return (await dns.lookup(name)).address;
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 600 });
    socket.on('timeout', () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    socket.on('error', (error) => resolve(error.code));
    socket.on('data', (data) => resolve(String(data)));
  });
};`;

const buckets = `import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
const quick = { maxAttempts: 1, requestHandler: { connectionTimeout: 600 } };
const tried = (answer) => answer.catch((error) => error.name);
export const handler = async () => ({
  s3: await tried(new S3Client(quick).send(new ListBucketsCommand({})).then(({ Buckets }) => Buckets.length)),
  sqs: await tried(new SQSClient(quick).send(new ListQueuesCommand({})).then(({ QueueUrls }) => QueueUrls.length)),
});`;

describe('a function in a VPC', () => {
  let cloud: LambdaCloud;
  let ec2: EC2Client;
  let level: string;
  let VpcId: string;
  let SubnetId: string;
  const groups: Record<string, string> = {};

  before(async () => {
    cloud = await startLambda({ services: ['ec2', 'iam', 'lambda', 'logs', 's3', 'sqs', 'sts', 'route53'] });
    level = cloud.orrery.kernel.engine(network).level;
    process.stderr.write(`Functions in a VPC run at the level ${level}.\n`);
    ec2 = cloud.orrery.client(EC2Client);
    VpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId ?? '';
    for (const name of ['EnableDnsSupport', 'EnableDnsHostnames'])
      await ec2.send(new ModifyVpcAttributeCommand({ VpcId, [name]: { Value: true } }));
    SubnetId = (await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.0.1.0/24' }))).Subnet?.SubnetId ?? '';
    for (const GroupName of ['functions', 'strangers', 'database'])
      groups[GroupName] =
        (await ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName, Description: GroupName }))).GroupId ?? '';
    const UserIdGroupPairs = [{ GroupId: groups.functions ?? '' }];
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, UserIdGroupPairs }];
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groups.database ?? '', IpPermissions }));
  });
  after(() => cloud.orrery.stop());

  const inGroup = (name: string) => ({
    VpcConfig: { SubnetIds: [SubnetId], SecurityGroupIds: [groups[name] ?? ''] },
    Timeout: 20,
  });

  test('reaches what its security group is let in to, from the address of its interface; another group does not', async () => {
    const { NetworkInterface } = await ec2.send(
      new CreateNetworkInterfaceCommand({ SubnetId, Groups: [groups.database ?? ''] }),
    );
    const host = NetworkInterface?.PrivateIpAddress ?? '';
    const listening = await cloud.orrery.kernel.engine(network).listen(VpcId, { address: host, port: 5432 });
    listening.on('connection', (socket) => socket.end(`hello ${socket.remoteAddress}`));
    await cloud.create('friend', caller, inGroup('functions'));
    await cloud.create('stranger', caller, inGroup('strangers'));
    const Filters = [{ Name: 'interface-type', Values: ['lambda'] }];
    const { NetworkInterfaces = [] } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
    const face = NetworkInterfaces.find(({ Groups }) => Groups?.[0]?.GroupId === groups.functions);
    assert.match(face?.Description ?? '', /^AWS Lambda VPC ENI-friend-/);
    const friend = await cloud.invoke('friend', { host, port: 5432 });
    if (level === 'namespace') assert.equal(friend.result, `hello ${face?.PrivateIpAddress}`);
    else assert.match(String(friend.result), /^hello /);
    if (level === 'namespace') {
      assert.equal((await cloud.invoke('stranger', { host, port: 5432 })).result, 'ETIMEDOUT');
      const name = `ip-${host.replaceAll('.', '-')}.ec2.internal`;
      assert.equal((await cloud.invoke('friend', { name })).result, host);
    }
    listening.close();
  });

  test('reaches AWS by the endpoints of its VPC alone', {
    skip: notHere('routes of functions in a VPC', namespacesLacking()),
  }, async () => {
    await cloud.orrery.client(S3Client).send(new CreateBucketCommand({ Bucket: 'one' }));
    await cloud.orrery.client(SQSClient).send(new CreateQueueCommand({ QueueName: 'one' }));
    await cloud.create('shut-in', buckets, { ...inGroup('functions'), MemorySize: 256 });
    assert.deepEqual((await cloud.invoke('shut-in')).result, { s3: 'TimeoutError', sqs: 'TimeoutError' });
    const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
    const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
    const RouteTableIds = RouteTables.map(({ RouteTableId = '' }) => RouteTableId);
    const ServiceName = 'com.amazonaws.us-east-1.s3';
    await ec2.send(new CreateVpcEndpointCommand({ VpcId, ServiceName, RouteTableIds }));
    assert.deepEqual((await cloud.invoke('shut-in')).result, { s3: 1, sqs: 'TimeoutError' });
    await ec2.send(
      new CreateVpcEndpointCommand({
        VpcId,
        ServiceName: 'com.amazonaws.us-east-1.sqs',
        VpcEndpointType: 'Interface',
        SubnetIds: [SubnetId],
        SecurityGroupIds: [await open()],
      }),
    );
    assert.deepEqual((await cloud.invoke('shut-in')).result, { s3: 1, sqs: 1 });
    return;
  });

  const open = async (): Promise<string> => {
    const made = await ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName: 'endpoint', Description: 'open' }));
    const GroupId = made.GroupId ?? '';
    const IpPermissions = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '10.0.0.0/16' }] }];
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    return GroupId;
  };

  test('shares its interface with others of its subnet and group, which goes with the last of them', async () => {
    await cloud.create('third', caller, inGroup('strangers'));
    const count = async (): Promise<number> => {
      const Filters = [{ Name: 'group-id', Values: [groups.strangers ?? ''] }];
      const found = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
      return found.NetworkInterfaces?.length ?? 0;
    };
    const { VpcConfig } = await cloud.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'third' }));
    assert.equal(VpcConfig?.VpcId, VpcId);
    await cloud.lambda.send(new DeleteFunctionCommand({ FunctionName: 'stranger' }));
    assert.equal(await count(), 1);
    const VpcConfigNone = { SubnetIds: [], SecurityGroupIds: [] };
    await cloud.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'third', VpcConfig: VpcConfigNone }),
    );
    assert.equal(await count(), 0);
  });

  test('a subnet that is not there, groups missing and a role without the permission are said as by AWS', async () => {
    const refused = (VpcConfig: { SubnetIds: string[]; SecurityGroupIds: string[] }, Role = roleArn) =>
      cloud.create('refused', caller, { VpcConfig, Role });
    const SecurityGroupIds = [groups.functions ?? ''];
    await assert.rejects(refused({ SubnetIds: ['subnet-0123456789abcdef0'], SecurityGroupIds }), {
      name: 'InvalidParameterValueException',
      message: /Error occurred while DescribeSubnets\. EC2 Error Code: InvalidSubnetID\.NotFound/,
    });
    await assert.rejects(refused({ SubnetIds: [SubnetId], SecurityGroupIds: [] }), { message: /must coexist/ });
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    const { Role } = await cloud.orrery
      .client(IAMClient)
      .send(new CreateRoleCommand({ RoleName: 'poor', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    await assert.rejects(refused({ SubnetIds: [SubnetId], SecurityGroupIds }, Role?.Arn), {
      message: 'The provided execution role does not have permissions to call CreateNetworkInterface on EC2',
    });
  });
});
