import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type Activity,
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  DescribeScheduledActionsCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { readAssembly } from '../../cli/deploy/assembly.ts';
import { deployAll } from '../../cli/deploy/deploy.ts';
import { lacking } from '../ec2/instances.fixture.ts';
import { ask } from '../elbv2/elbv2-for-tests.ts';

/** Says who it is, works when it is told to, and falls ill when it is told to. */
const server = `const { createServer } = require('node:http');
const until = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };
let busy = false;
let sick = false;
setInterval(() => { if (busy) until(400); }, 500);
createServer((request, response) => {
  if (request.url === '/busy') busy = true;
  if (request.url === '/quiet') busy = false;
  if (request.url === '/sick') sick = true;
  response.statusCode = sick ? 500 : 200;
  response.end(require('node:os').hostname());
}).listen(8080);
`;

function synthesize(outdir: string): void {
  const context = { '@aws-cdk/aws-autoscaling:generateLaunchTemplateInsteadOfLaunchConfig': true };
  // The CDK's own validation takes longer than all the rest, and the blueprints' synthesis runs it.
  const app = new App({ outdir, context, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'fleet');
  const subnetConfiguration = [{ name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 }];
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0, subnetConfiguration });
  const userData = ec2.UserData.forLinux();
  const group = new autoscaling.AutoScalingGroup(stack, 'Web', {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    instanceType: new ec2.InstanceType('t3.micro'),
    machineImage: ec2.MachineImage.latestAmazonLinux2023(),
    associatePublicIpAddress: true,
    userData,
    minCapacity: 2,
    maxCapacity: 4,
    defaultInstanceWarmup: Duration.seconds(60),
    groupMetrics: [autoscaling.GroupMetrics.all()],
    signals: autoscaling.Signals.waitForAll(),
    updatePolicy: autoscaling.UpdatePolicy.rollingUpdate({ minInstancesInService: 1 }),
    healthChecks: autoscaling.HealthChecks.withAdditionalChecks({
      additionalTypes: [autoscaling.AdditionalHealthCheckType.ELB],
      gracePeriod: Duration.seconds(30),
    }),
  });
  userData.addCommands(
    `cat > /opt/server.cjs <<'JS'\n${server}JS`,
    "printf '[Service]\\nExecStart=/usr/bin/node /opt/server.cjs\\n' > /etc/systemd/system/web.service",
    'systemctl enable --now web',
    'curl --silent --fail --retry 50 --retry-delay 1 --retry-all-errors http://127.0.0.1:8080/',
  );
  userData.addSignalOnExitCommand(group);
  const balancer = new ApplicationLoadBalancer(stack, 'Balancer', { vpc, internetFacing: true });
  balancer.addListener('Http', { port: 80 }).addTargets('Web', {
    port: 8080,
    targets: [group],
    deregistrationDelay: Duration.seconds(5),
    healthCheck: { interval: Duration.seconds(5), timeout: Duration.seconds(2), unhealthyThresholdCount: 2 },
  });
  group.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 4 });
  group.scaleOnRequestCount('Requests', { targetRequestsPerMinute: 6000 });
  group.scaleOnSchedule('Feast', { schedule: autoscaling.Schedule.cron({ month: '12', day: '24' }), minCapacity: 3 });
  new CfnOutput(stack, 'Name', { value: balancer.loadBalancerDnsName });
  app.synth();
}

/** W-C1 and W-C4 in the small: a fleet of the CDK behind a load balancer, whose instances die and are loaded. */
describe('a fleet of the CDK behind a load balancer', { skip: lacking }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-cdk-fleet-'));
  let orrery: Orrery;
  let scaling: AutoScalingClient;
  let host: string;

  before(async () => {
    // Health checks and what the processes take are real time; alarms are wound.
    orrery = await startOrrery({ clock: 'running' });
    scaling = orrery.client(AutoScalingClient);
    synthesize(folder);
    const { account, region } = orrery.context();
    const stacks = readAssembly(folder, { account, region });
    const failures: string[] = [];
    await deployAll(orrery.kernel, { stacks, account, region }, ({ resource, status, reason }) => {
      if (status.endsWith('_FAILED')) failures.push(`${resource}: ${reason}`);
    });
    assert.deepEqual(failures, []);
    const { Stacks = [] } = await orrery.client(CloudFormationClient).send(new DescribeStacksCommand({}));
    host = Stacks.find(({ StackName }) => StackName === 'fleet')?.Outputs?.[0]?.OutputValue ?? '';
  });
  after(async () => {
    await orrery.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function group(): Promise<AutoScalingGroup> {
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    assert.ok(AutoScalingGroups[0]);
    return AutoScalingGroups[0];
  }

  async function inService(): Promise<string[]> {
    const { Instances = [] } = await group();
    return Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').map(
      ({ InstanceId = '' }) => InstanceId,
    );
  }

  /** Who answers in a round of requests; none of them may fail. */
  async function servers(): Promise<Set<string>> {
    const found = new Set<string>();
    for (let index = 0; index < 8; index += 1) {
      const { status, body } = await ask(orrery, host, '/');
      found.add(status === 200 ? body : String(status));
    }
    return found;
  }

  /** Winds so much a step, and gives the real processes the time they take. */
  async function until(done: () => Promise<boolean>, stepMs = 0): Promise<void> {
    for (let tries = 0; tries < 300; tries += 1) {
      if (await done()) return;
      if (stepMs > 0) await orrery.clock.wind(stepMs);
      await orrery.clock.sleep(200, undefined, { basis: 'elapsed' });
    }
    const { Activities = [] } = await scaling.send(new DescribeScalingActivitiesCommand({}));
    assert.fail(
      Activities.map(({ Description, StatusCode, Cause }) => `${Description} ${StatusCode} ${Cause}`).join('\n'),
    );
  }

  const whole = (count: number) => async () =>
    (await inService()).length === count &&
    ((await group()).Instances ?? []).length === count &&
    (await servers()).size === count &&
    [...(await servers())].every((name) => name.startsWith('ip-'));

  async function activities(): Promise<Activity[]> {
    return (await scaling.send(new DescribeScalingActivitiesCommand({}))).Activities ?? [];
  }

  async function terminate(InstanceIds: string[]): Promise<void> {
    await orrery.client(EC2Client).send(new TerminateInstancesCommand({ InstanceIds }));
  }

  test('it is deployed with its policies and its timetable, and serves from both zones', async () => {
    await until(whole(2));
    const { ScalingPolicies = [] } = await scaling.send(new DescribePoliciesCommand({}));
    assert.deepEqual(
      ScalingPolicies.map(({ PolicyType, Alarms }) => [PolicyType, Alarms?.length]),
      [
        ['TargetTrackingScaling', 2],
        ['TargetTrackingScaling', 2],
      ],
    );
    const { ScheduledUpdateGroupActions } = await scaling.send(new DescribeScheduledActionsCommand({}));
    assert.equal(ScheduledUpdateGroupActions?.length, 1);
    const { Instances = [], EnabledMetrics } = await group();
    assert.equal(new Set(Instances.map(({ AvailabilityZone }) => AvailabilityZone)).size, 2);
    assert.ok((EnabledMetrics ?? []).length > 5);
  });

  test('an instance that is killed is replaced, and the new one serves', async () => {
    const [victim = '', other = ''] = await inService();
    await terminate([victim]);
    await until(whole(2));
    const now = await inService();
    assert.ok(!now.includes(victim) && now.includes(other));
    const [last] = await activities();
    assert.match(String(last?.Cause), /launched in response to an unhealthy instance needing to be replaced/);
  });

  test('all instances of a zone are killed, and come again there', async () => {
    const { Instances = [] } = await group();
    const zone = Instances[0]?.AvailabilityZone;
    const victims = Instances.filter(({ AvailabilityZone }) => AvailabilityZone === zone);
    await terminate(victims.map(({ InstanceId = '' }) => InstanceId));
    await until(whole(2));
    const zones = ((await group()).Instances ?? []).map(({ AvailabilityZone }) => AvailabilityZone);
    assert.equal(new Set(zones).size, 2);
  });

  test('load makes it grow, quiet makes it shrink, and its activities say why', async () => {
    await until(whole(2));
    const toAll = async (path: string) => {
      for (let index = 0; index < 8; index += 1) await ask(orrery, host, path);
    };
    await toAll('/busy');
    await until(async () => (await inService()).length > 2, 30_000);
    const grown = (await activities()).find(({ Cause = '' }) => /AlarmHigh/.test(Cause));
    assert.match(
      String(grown?.Cause),
      /^At \S+Z a monitor alarm TargetTracking-\S+-AlarmHigh-\S+ in state ALARM triggered policy \S+ changing the desired capacity from 2 to [34]\. {2}At \S+Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from \d to \d\.$/,
    );
    await toAll('/quiet');
    await until(whole(2), 60_000);
    const shrunk = (await activities()).find(({ Cause = '' }) => /AlarmLow/.test(Cause));
    assert.match(
      String(shrunk?.Cause),
      /AlarmLow-\S+ in state ALARM triggered policy \S+ changing the desired capacity/,
    );
    assert.match(String(shrunk?.Cause), /was selected for termination\.$/);
  });

  test('an instance that its load balancer finds unhealthy is replaced', async () => {
    await until(whole(2));
    const before = await inService();
    await ask(orrery, host, '/sick');
    await until(async () =>
      (await activities()).some(({ Cause = '' }) => /ELB system health check failure/.test(Cause)),
    );
    await until(whole(2));
    assert.equal((await inService()).filter((id) => before.includes(id)).length, 1);
  });
});
