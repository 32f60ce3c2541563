import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { TagResourceCommand } from '@aws-sdk/client-lambda';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { network } from '../../engines/network/network.ts';
import { apiFaults } from '../../kernel/faults/api-faults.ts';
import { Fleet, lacking } from '../ec2/instances.fixture.ts';
import { type LambdaCloud, startLambda } from '../lambda/test-cloud.ts';
import { Experiments, giveRole, minute } from './experiments.fixture.ts';
import { experiments } from './state.ts';

describe('faults of functions', () => {
  let cloud: LambdaCloud;
  let fis: Experiments;
  const target = { resourceType: 'aws:lambda:function', resourceTags: { chaos: 'yes' }, selectionMode: 'ALL' };
  const experiment = (actionId: string, parameters: object) => ({
    targets: { struck: target },
    actions: { fault: { actionId, parameters: { duration: 'PT5M', ...parameters }, targets: { Functions: 'struck' } } },
  });
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:struck';

  before(async () => {
    cloud = await startLambda({ services: ['fis', 'iam', 'lambda', 'logs', 'sts'] });
    fis = new Experiments(cloud.orrery);
    await giveRole(cloud.orrery);
    const counting = 'let count = 0; export const handler = async () => ({ count: ++count })';
    for (const name of ['struck', 'spared']) await cloud.create(name, counting);
    await cloud.lambda.send(new TagResourceCommand({ Resource: arn, Tags: { chaos: 'yes' } }));
  });
  after(() => cloud.orrery.stop());

  test('fail its invocations for as long as it says, whether or not the function runs; not those of others', async () => {
    const { orrery } = cloud;
    const id = await fis.start(experiment('aws:lambda:invocation-error', { preventExecution: 'true' }));
    await fis.until(id, 'running');
    const struck = await cloud.invoke('struck');
    assert.deepEqual(
      [struck.FunctionError, (struck.result as { errorType: string }).errorType],
      ['Unhandled', 'FaultInjected'],
    );
    assert.deepEqual((await cloud.invoke('spared')).result, { count: 1 });
    await orrery.clock.wind(5 * minute);
    assert.deepEqual((await cloud.invoke('struck')).result, { count: 1 });
    const runs = await fis.start(experiment('aws:lambda:invocation-error', { preventExecution: 'false' }));
    await fis.until(runs, 'running');
    assert.equal((await cloud.invoke('struck')).FunctionError, 'Unhandled');
    await fis.ask('DELETE', `/experiments/${runs}`);
    assert.deepEqual((await cloud.invoke('struck')).result, { count: 3 });
  });

  test('delay its invocations, to the time-out where they are longer', async () => {
    const { orrery } = cloud;
    const slow = await fis.start(experiment('aws:lambda:invocation-add-delay', { startupDelayMilliseconds: '1500' }));
    await fis.until(slow, 'running');
    const invoked = cloud.invoke('struck');
    let over = false;
    void invoked.then(() => (over = true));
    while (!orrery.clock.upcoming(20).some(({ atMs }) => atMs === orrery.clock.now() + 1500))
      await new Promise((resolve) => setImmediate(resolve));
    assert.equal(over, false);
    await orrery.clock.wind(1500);
    assert.equal((await invoked).FunctionError, undefined);
    await fis.ask('DELETE', `/experiments/${slow}`);
    const slower = await fis.start(
      experiment('aws:lambda:invocation-add-delay', { startupDelayMilliseconds: '60000' }),
    );
    await fis.until(slower, 'running');
    const late = cloud.invoke('struck');
    while (!orrery.clock.upcoming(20).some(({ atMs }) => atMs === orrery.clock.now() + 3000))
      await new Promise((resolve) => setImmediate(resolve));
    await orrery.clock.wind(3000);
    assert.match(JSON.stringify((await late).result), /Task timed out after 3.00 seconds/);
    await fis.ask('DELETE', `/experiments/${slower}`);
  });

  test('answer in its place over HTTP, and are put back in a runtime that is started again', async () => {
    const parameters = { preventExecution: 'true', statusCode: '503', contentTypeHeader: 'text/plain' };
    const id = await fis.start(experiment('aws:lambda:invocation-http-integration-response', parameters));
    await fis.until(id, 'running');
    await cloud.orrery.restart();
    const { result } = await cloud.invoke('struck');
    assert.deepEqual(result, {
      statusCode: 503,
      headers: { 'content-type': 'text/plain' },
      body: '',
      isBase64Encoded: false,
    });
    await cloud.orrery.clock.wind(5 * minute);
    assert.equal(typeof ((await cloud.invoke('struck')).result as { count: number }).count, 'number');
  });
});

describe('faults of the network', () => {
  let orrery: Orrery;
  let fis: Experiments;
  let ec2: EC2Client;
  let VpcId: string;
  const subnets: Record<string, string> = {};
  const addresses: Record<string, string> = {};
  const stops: (() => void)[] = [];

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'fis', 'iam', 'ssm', 'sts'] });
    fis = new Experiments(orrery);
    await giveRole(orrery);
    ec2 = orrery.client(EC2Client);
    VpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId ?? '';
    const { GroupId = '' } = await ec2.send(
      new CreateSecurityGroupCommand({ VpcId, GroupName: 'open', Description: 'open' }),
    );
    const IpPermissions = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    for (const [index, letter] of ['a', 'b', 'c'].entries()) {
      const where = { CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: `us-east-1${letter === 'c' ? 'a' : letter}` };
      const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, ...where }));
      const SubnetId = Subnet?.SubnetId ?? '';
      const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId, Groups: [GroupId] }));
      subnets[letter] = SubnetId;
      addresses[letter] = NetworkInterface?.PrivateIpAddress ?? '';
      const listening = await orrery.kernel
        .engine(network)
        .listen(VpcId, { address: addresses[letter] ?? '', port: 80 });
      listening.on('connection', (socket) => socket.end(`this is ${letter}`));
      stops.push(() => listening.close());
    }
  });
  after(async () => {
    for (const stop of stops) stop();
    await orrery.stop();
  });

  async function reach(from: string, to: string): Promise<string> {
    const options = { from: addresses[from] ?? '', address: addresses[to] ?? '', port: 80, timeoutMs: 400 };
    try {
      return await text(await orrery.kernel.engine(network).connect(VpcId, options));
    } catch (error) {
      return (error as { code: string }).code;
    }
  }

  async function disrupt(scope: string): Promise<string> {
    const id = await fis.start({
      targets: {
        one: {
          resourceType: 'aws:ec2:subnet',
          parameters: { availabilityZoneIdentifier: 'us-east-1b', vpc: VpcId },
          selectionMode: 'ALL',
        },
      },
      actions: {
        cut: {
          actionId: 'aws:network:disrupt-connectivity',
          parameters: { duration: 'PT5M', scope },
          targets: { Subnets: 'one' },
        },
      },
    });
    await fis.until(id, 'running');
    return id;
  }

  const acls = async () => {
    const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
    const { NetworkAcls = [] } = await ec2.send(new DescribeNetworkAclsCommand({ Filters }));
    return NetworkAcls.length;
  };

  test('cut a subnet off by a network ACL, and give its own back when the time is over', async () => {
    assert.equal(await reach('a', 'b'), 'this is b');
    await disrupt('all');
    assert.equal(await acls(), 2);
    assert.deepEqual(
      [await reach('a', 'b'), await reach('b', 'a'), await reach('a', 'c')],
      ['ETIMEDOUT', 'ETIMEDOUT', 'this is c'],
    );
    await orrery.clock.wind(5 * minute);
    assert.equal(await acls(), 1);
    assert.equal(await reach('a', 'b'), 'this is b');
  });

  test('cut a subnet off from other zones, or only from outside the VPC; stopped, it is whole again', async () => {
    const zone = await disrupt('availability-zone');
    assert.deepEqual([await reach('b', 'a'), await reach('c', 'b')], ['ETIMEDOUT', 'ETIMEDOUT']);
    await fis.ask('DELETE', `/experiments/${zone}`);
    assert.equal(await reach('b', 'a'), 'this is a');
    const vpc = await disrupt('vpc');
    assert.equal(await reach('b', 'a'), 'this is a');
    await fis.ask('DELETE', `/experiments/${vpc}`);
    assert.equal(await acls(), 1);
  });

  test('are taken back in a runtime that ended in the midst of beginning them, and when a step of them fails', async () => {
    const id = await disrupt('all');
    const scope = { account: orrery.context().account, region: orrery.context().region };
    const kept = experiments(orrery.kernel, scope).get(id);
    const cut = kept?.actions.cut;
    assert.ok(kept && cut);
    const state = { status: 'initiating' as const, reason: 'The action begins.' };
    experiments(orrery.kernel, scope).put(id, { ...kept, actions: { cut: { ...cut, state } } });
    for (const stop of stops.splice(0)) stop();
    await orrery.restart();
    await fis.until(id, 'failed');
    assert.match((await fis.get(id)).state.reason, /The runtime ended while the action cut was initiating/);
    ec2 = orrery.client(EC2Client);
    assert.equal(await acls(), 1);
    const fault = { id: 'x', service: 'ec2', operations: ['ReplaceNetworkAclAssociation'], percentage: 100 };
    orrery.kernel.engine(apiFaults).start({ ...fault, kind: 'internal-error' });
    await assert.rejects(disrupt('all'), /injected by a fault/);
    orrery.kernel.engine(apiFaults).heal('x');
    assert.equal(await acls(), 1);
  });
});

describe('faults of instances', { skip: lacking }, () => {
  test('stop one of them and start it again', async () => {
    const orrery = await startOrrery({ services: ['ec2', 'fis', 'iam', 'ssm', 'sts'] });
    try {
      const fis = new Experiments(orrery);
      await giveRole(orrery);
      const fleet = new Fleet(orrery);
      const { id: one } = await fleet.run('#!/bin/sh\necho one');
      const { id: two } = await fleet.run('#!/bin/sh\necho two');
      const id = await fis.start({
        targets: {
          any: {
            resourceType: 'aws:ec2:instance',
            filters: [{ path: 'State.Name', values: ['running'] }],
            selectionMode: 'COUNT(1)',
          },
        },
        actions: {
          stop: {
            actionId: 'aws:ec2:stop-instances',
            parameters: { startInstancesAfterDuration: 'PT3M' },
            targets: { Instances: 'any' },
          },
        },
      });
      await fis.until(id, 'running');
      const { body } = await fis.ask('GET', `/experiments/${id}/resolvedTargets`);
      const [chosen = ''] = [one, two].filter((instance) => JSON.stringify(body).includes(instance));
      await fleet.until(chosen, 'stopped');
      const InstanceIds = [one, two].filter((instance) => instance !== chosen);
      const { Reservations = [] } = await orrery.client(EC2Client).send(new DescribeInstancesCommand({ InstanceIds }));
      assert.equal(Reservations[0]?.Instances?.[0]?.State?.Name, 'running');
      await orrery.clock.wind(3 * minute);
      await fleet.until(chosen, 'running');
      assert.equal((await fis.get(id)).state.status, 'completed');
    } finally {
      await orrery.stop();
    }
  });
});
