import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { CloudFormationClient, CreateStackCommand, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import * as sdk from '@aws-sdk/client-shield';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { floodGuard, floodLimits } from '../../data-planes/shield/flood-guard.ts';

const attacker = '127.0.0.77';

describe('Shield', () => {
  let orrery: Orrery;
  let shield: sdk.ShieldClient;
  let host = '';
  let arn = '';
  const sockets = new Set<Socket>();
  before(async () => {
    orrery = await startOrrery({ services: ['shield', 'elbv2', 'iam', 'cloudwatch', 'cloudformation', 's3'] });
    shield = orrery.client(sdk.ShieldClient);
    const elb = orrery.client(ElasticLoadBalancingV2Client);
    const { LoadBalancers } = await elb.send(
      new CreateLoadBalancerCommand({ Name: 'shop', Subnets: ['subnet-1', 'subnet-2'] }),
    );
    ({ LoadBalancerArn: arn = '', DNSName: host = '' } = LoadBalancers?.[0] ?? {});
    const DefaultActions = [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '200' } }];
    await elb.send(new CreateListenerCommand({ LoadBalancerArn: arn, Protocol: 'HTTP', Port: 80, DefaultActions }));
    orrery.kernel.engine(floodGuard).limits = { ...floodLimits, connections: 10, requestsPerSecond: 2 };
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await orrery.stop();
  });

  /** Requests to the load balancer, one behind the other, until the connection is cut. */
  async function flood(): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(orrery.httpUrl).port), localAddress: attacker });
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(40));
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await orrery.clock.wind(1000);
  }
  const code = (name: string, message?: RegExp) => (error: Error) => {
    assert.equal(error.name, name);
    if (message) assert.match(error.message, message);
    return true;
  };

  test('Standard is always on; what is Advanced’s asks for a subscription', async () => {
    assert.equal((await shield.send(new sdk.GetSubscriptionStateCommand({}))).SubscriptionState, 'INACTIVE');
    const none = code('ResourceNotFoundException', /^The subscription does not exist\.$/);
    await assert.rejects(shield.send(new sdk.ListProtectionsCommand({})), none);
    await assert.rejects(shield.send(new sdk.CreateProtectionCommand({ Name: 'shop', ResourceArn: arn })), none);
    const { DataItems } = await shield.send(new sdk.DescribeAttackStatisticsCommand({}));
    assert.deepEqual(DataItems, [{ AttackCount: 0 }]);
    await shield.send(new sdk.CreateSubscriptionCommand({}));
    assert.equal((await shield.send(new sdk.GetSubscriptionStateCommand({}))).SubscriptionState, 'ACTIVE');
    const { Subscription } = await shield.send(new sdk.DescribeSubscriptionCommand({}));
    assert.equal(Subscription?.AutoRenew, 'ENABLED');
    assert.equal(Subscription?.TimeCommitmentInSeconds, 365 * 86_400);
    await assert.rejects(shield.send(new sdk.CreateSubscriptionCommand({})), code('ResourceAlreadyExistsException'));
    await assert.rejects(shield.send(new sdk.DeleteSubscriptionCommand({})), code('LockedSubscriptionException'));
  });

  test('protects what is there, once, and lists it', async () => {
    const protect = (Name: string, ResourceArn: string) =>
      shield.send(new sdk.CreateProtectionCommand({ Name, ResourceArn, Tags: [{ Key: 'team', Value: 'shop' }] }));
    const { ProtectionId = '' } = await protect('shop', arn);
    await assert.rejects(protect('again', arn), code('ResourceAlreadyExistsException'));
    await assert.rejects(protect('gone', `${arn}0`), code('InvalidResourceException'));
    await assert.rejects(protect('queue', 'arn:aws:sqs:us-east-1:000000000000:q'), code('InvalidResourceException'));
    const { Protection } = await shield.send(new sdk.DescribeProtectionCommand({ ResourceArn: arn }));
    assert.equal(Protection?.Id, ProtectionId);
    assert.equal(Protection?.ProtectionArn, `arn:aws:shield::000000000000:protection/${ProtectionId}`);
    const types = async (ResourceTypes: sdk.ProtectedResourceType[]) =>
      (await shield.send(new sdk.ListProtectionsCommand({ InclusionFilters: { ResourceTypes } }))).Protections?.length;
    assert.deepEqual([await types(['APPLICATION_LOAD_BALANCER']), await types(['CLOUDFRONT_DISTRIBUTION'])], [1, 0]);
    const ResourceARN = Protection?.ProtectionArn;
    await shield.send(new sdk.TagResourceCommand({ ResourceARN, Tags: [{ Key: 'env', Value: 'test' }] }));
    await shield.send(new sdk.UntagResourceCommand({ ResourceARN, TagKeys: ['team'] }));
    const { Tags } = await shield.send(new sdk.ListTagsForResourceCommand({ ResourceARN }));
    assert.deepEqual(Tags, [{ Key: 'env', Value: 'test' }]);
    await assert.rejects(
      shield.send(new sdk.CreateProtectionGroupCommand({ ProtectionGroupId: 'g', Aggregation: 'SUM', Pattern: 'ALL' })),
      /CreateProtectionGroup/,
    );
  });

  test('reports the attack that was shed, with its sources, and tells CloudWatch until it is over', async () => {
    await flood();
    const { AttackSummaries = [] } = await shield.send(new sdk.ListAttacksCommand({ ResourceArns: [arn] }));
    assert.equal(AttackSummaries.length, 1);
    assert.deepEqual(AttackSummaries[0]?.AttackVectors, [{ VectorType: 'RequestFlood' }]);
    assert.equal(AttackSummaries[0]?.EndTime, undefined);
    const AttackId = AttackSummaries[0]?.AttackId;
    const { Attack } = await shield.send(new sdk.DescribeAttackCommand({ AttackId }));
    assert.deepEqual(
      Attack?.AttackProperties?.[0]?.TopContributors?.map(({ Name }) => Name),
      [attacker],
    );
    assert.ok((Attack?.AttackCounters?.[0]?.Max ?? 0) > 0);
    await orrery.clock.wind(120_000);
    const detected = async () => {
      const now = orrery.clock.now();
      const { Datapoints = [] } = await orrery.client(CloudWatchClient).send(
        new GetMetricStatisticsCommand({
          Namespace: 'AWS/DDoSProtection',
          MetricName: 'DDoSDetected',
          Dimensions: [{ Name: 'ResourceArn', Value: arn }],
          StartTime: new Date(now - 60_000 * 3),
          EndTime: new Date(now + 60_000),
          Period: 60,
          Statistics: ['Maximum'],
        }),
      );
      return Datapoints.map(({ Maximum }) => Maximum);
    };
    assert.ok((await detected()).includes(1));
    await orrery.clock.wind(10 * 60_000);
    assert.ok(!(await detected()).includes(1));
    const ended = await shield.send(new sdk.DescribeAttackCommand({ AttackId }));
    assert.ok(ended.Attack?.EndTime);
    await orrery.clock.wind(24 * 3_600_000);
    const { DataItems } = await shield.send(new sdk.DescribeAttackStatisticsCommand({}));
    assert.equal(DataItems?.[0]?.AttackCount, 1);
    assert.ok((DataItems?.[0]?.AttackVolume?.RequestsPerSecond?.Max ?? 0) > 0);
  });

  test('keeps all of it over a restart, and is made and unmade by templates', async () => {
    await orrery.restart();
    assert.equal((await shield.send(new sdk.ListAttacksCommand({}))).AttackSummaries?.length, 1);
    const { Protections = [] } = await shield.send(new sdk.ListProtectionsCommand({}));
    await shield.send(new sdk.DeleteProtectionCommand({ ProtectionId: Protections[0]?.Id }));
    const cloudformation = orrery.client(CloudFormationClient);
    const TemplateBody = JSON.stringify({
      Resources: { Guard: { Type: 'AWS::Shield::Protection', Properties: { Name: 'guard', ResourceArn: arn } } },
    });
    await cloudformation.send(new CreateStackCommand({ StackName: 'guard', TemplateBody }));
    await orrery.clock.wind(1000);
    const made = await shield.send(new sdk.DescribeProtectionCommand({ ResourceArn: arn }));
    assert.equal(made.Protection?.Name, 'guard');
    await cloudformation.send(new DeleteStackCommand({ StackName: 'guard' }));
    await orrery.clock.wind(1000);
    await assert.rejects(
      shield.send(new sdk.DescribeProtectionCommand({ ResourceArn: arn })),
      code('ResourceNotFoundException'),
    );
  });
});
