import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateFlowLogsCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  DescribeFlowLogsCommand,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { network } from '../../engines/network/network.ts';
import { flowLogSchedule } from './behaviour/flow-records.ts';
import { Fleet } from './instances.fixture.ts';

const allow = (Action: string, more: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, ...more }],
});

describe('flow logs', () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let VpcId: string;
  let roleArn: string;
  let server: { face: string; address: string };
  let client: { face: string; address: string };

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'sts', 's3', 'logs'] });
    process.stderr.write(`Flow logs are read at the level ${orrery.kernel.engine(network).level}.\n`);
    fleet = new Fleet(orrery);
    VpcId = await fleet.vpc();
    const SubnetId = await fleet.subnet(VpcId, '10.0.1.0/24');
    const group = await fleet.ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName: 'web', Description: 'web' }));
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/16' }] }];
    await fleet.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group.GroupId, IpPermissions }));
    const made = async () => {
      const Groups = [group.GroupId ?? ''];
      const { NetworkInterface: face } = await fleet.ec2.send(new CreateNetworkInterfaceCommand({ SubnetId, Groups }));
      return { face: face?.NetworkInterfaceId ?? '', address: face?.PrivateIpAddress ?? '' };
    };
    server = await made();
    client = await made();
    const iam = orrery.client(IAMClient);
    const AssumeRolePolicyDocument = JSON.stringify(
      allow('sts:AssumeRole', { Principal: { Service: 'vpc-flow-logs.amazonaws.com' } }),
    );
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'flows', AssumeRolePolicyDocument }));
    const PolicyDocument = JSON.stringify(allow('logs:*', { Resource: '*' }));
    await iam.send(new PutRolePolicyCommand({ RoleName: 'flows', PolicyName: 'logs', PolicyDocument }));
    roleArn = Role?.Arn ?? '';
    await orrery.client(CloudWatchLogsClient).send(new CreateLogGroupCommand({ logGroupName: 'flows' }));
    await orrery.client(S3Client).send(new CreateBucketCommand({ Bucket: 'flows' }));
  });
  after(() => orrery.stop());

  const follow = async (more: object): Promise<string> => {
    const { FlowLogIds = [] } = await fleet.ec2.send(
      new CreateFlowLogsCommand({
        ResourceIds: [VpcId],
        ResourceType: 'VPC',
        TrafficType: 'ALL',
        MaxAggregationInterval: 60,
        ...more,
      }),
    );
    return FlowLogIds[0] ?? '';
  };
  /** One connection that is let in, and one at a port that is not. */
  const traffic = async (): Promise<void> => {
    const engine = orrery.kernel.engine(network);
    const listening = await engine.listen(VpcId, { address: server.address, port: 80 });
    listening.on('connection', (socket) => socket.end('hello'));
    const connect = (port: number) =>
      engine.connect(VpcId, { from: client.address, address: server.address, port, timeoutMs: 300 });
    const socket = await connect(80);
    for await (const chunk of socket) assert.equal(String(chunk), 'hello');
    await assert.rejects(connect(81), { code: 'ETIMEDOUT' });
    listening.close();
    await orrery.kernel.engine(flowLogSchedule).writeNow();
  };

  test('tell what was accepted and what was rejected, in the default format to CloudWatch Logs', async () => {
    await follow({ LogGroupName: 'flows', DeliverLogsPermissionArn: roleArn });
    await traffic();
    const { events = [] } = await orrery
      .client(CloudWatchLogsClient)
      .send(new FilterLogEventsCommand({ logGroupName: 'flows' }));
    const records = events.map(({ message = '' }) => message.split(' '));
    const to = (port: string) => records.filter((fields) => fields[6] === port && fields[4] === server.address);
    for (const [version, account, , source, , , , protocol, packets, , start, end, , status] of to('80')) {
      assert.deepEqual([version, account, source, protocol, status], ['2', '000000000000', client.address, '6', 'OK']);
      assert.ok(Number(packets) > 0);
      assert.equal(Number(end) - Number(start), 60);
    }
    assert.deepEqual(new Set(to('80').map((fields) => fields[12])), new Set(['ACCEPT']));
    assert.deepEqual(new Set(to('80').map((fields) => fields[2])), new Set([server.face, client.face]));
    assert.deepEqual(
      to('81').map((fields) => [fields[2], fields[12]]),
      [[server.face, 'REJECT']],
    );
    assert.deepEqual([...new Set(events.map(({ logStreamName }) => logStreamName))].sort(), [
      ...[`${client.face}-all`, `${server.face}-all`].sort(),
    ]);
  });

  test('go to a bucket in a format of their own, which is given the policy that lets them', async () => {
    const LogFormat = '${version} ${vpc-id} ${subnet-id} ${flow-direction} ${dstport} ${action} ${region} ${az-id}';
    const id = await follow({
      LogDestinationType: 's3',
      LogDestination: 'arn:aws:s3:::flows/kept',
      LogFormat,
      TrafficType: 'REJECT',
      DestinationOptions: { FileFormat: 'plain-text', HiveCompatiblePartitions: true, PerHourPartition: true },
    });
    await traffic();
    const s3 = orrery.client(S3Client);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'flows' }));
    const Key = Contents[0]?.Key ?? '';
    assert.match(
      Key,
      new RegExp(
        `^kept/AWSLogs/aws-account-id=000000000000/aws-service=vpcflowlogs/aws-region=us-east-1/year=\\d{4}/month=\\d\\d/day=\\d\\d/hour=\\d\\d/000000000000_vpcflowlogs_us-east-1_${id}_\\d{8}T\\d{4}Z_[0-9a-f]{8}\\.log\\.gz$`,
      ),
    );
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'flows', Key }));
    const [head, record, ...rest] = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array())
      .toString()
      .trim()
      .split('\n');
    assert.equal(head, 'version vpc-id subnet-id flow-direction dstport action region az-id');
    assert.match(record ?? '', new RegExp(`^5 ${VpcId} subnet-[0-9a-f]+ ingress 81 REJECT us-east-1 use1-az\\d$`));
    assert.deepEqual(rest, []);
    const { FlowLogs = [] } = await fleet.ec2.send(new DescribeFlowLogsCommand({ FlowLogIds: [id] }));
    assert.deepEqual(
      [FlowLogs[0]?.LogDestinationType, FlowLogs[0]?.LogDestination, FlowLogs[0]?.DeliverLogsStatus],
      ['s3', 'arn:aws:s3:::flows/kept', 'SUCCESS'],
    );
  });

  test('what is not counted, and what is no field, is refused by name', async () => {
    const bucket = { LogDestinationType: 's3', LogDestination: 'arn:aws:s3:::flows' };
    await assert.rejects(follow({ ...bucket, LogFormat: '${tcp-flags}' }), /the flags of packets are not counted/);
    await assert.rejects(follow({ ...bucket, LogFormat: '${nothing}' }), { name: 'InvalidParameterValue' });
    await assert.rejects(follow({ ...bucket, DestinationOptions: { FileFormat: 'parquet' } }), /plain text/);
  });
});
