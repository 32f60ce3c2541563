import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AutoScalingClient,
  BatchPutScheduledUpdateGroupActionCommand,
  CreateAutoScalingGroupCommand,
  DeleteScheduledActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScheduledActionsCommand,
  PutScheduledUpdateGroupActionCommand,
  type PutScheduledUpdateGroupActionCommandInput,
  SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { utc } from '../../engines/schedules/local-time.ts';
import { Fleet } from '../ec2/instances.fixture.ts';
import { parseRecurrence } from './behaviour/recurrence.ts';

const AutoScalingGroupName = 'evening';
const hourMs = 3_600_000;

describe('scheduled actions', () => {
  let orrery: Orrery;
  let scaling: AutoScalingClient;

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'elbv2', 'lambda', 's3', 'logs', 'autoscaling'] });
    scaling = orrery.client(AutoScalingClient);
    const fleet = new Fleet(orrery);
    const VPCZoneIdentifier = await fleet.subnet(await fleet.vpc(), '10.0.1.0/24');
    const LaunchTemplateData = { ImageId: await fleet.imageId(), InstanceType: 't3.micro' as const };
    await fleet.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'cook', LaunchTemplateData }));
    await scaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateName: 'cook' },
        MinSize: 0,
        MaxSize: 4,
        VPCZoneIdentifier,
      }),
    );
    // What is asked of the group is looked at, not whether instances run on this machine.
    await scaling.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses: ['Launch'] }));
  });
  after(() => orrery.stop());

  const put = (ScheduledActionName: string, input: Partial<PutScheduledUpdateGroupActionCommandInput>) =>
    scaling.send(new PutScheduledUpdateGroupActionCommand({ AutoScalingGroupName, ScheduledActionName, ...input }));

  async function sizes() {
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    const { MinSize, DesiredCapacity, MaxSize } = AutoScalingGroups[0] ?? {};
    return [MinSize, DesiredCapacity, MaxSize];
  }

  async function names() {
    const { ScheduledUpdateGroupActions = [] } = await scaling.send(new DescribeScheduledActionsCommand({}));
    return ScheduledUpdateGroupActions.map(({ ScheduledActionName }) => ScheduledActionName);
  }

  test('one with a start time runs once and is gone', async () => {
    const StartTime = new Date(orrery.clock.now() + hourMs);
    await put('open', { StartTime, MinSize: 2, DesiredCapacity: 3 });
    await orrery.clock.wind(hourMs - 1000);
    assert.deepEqual(await sizes(), [0, 0, 4]);
    await orrery.restart();
    scaling = orrery.client(AutoScalingClient);
    await orrery.clock.wind(2000);
    assert.deepEqual(await sizes(), [2, 3, 4]);
    assert.deepEqual(await names(), []);
  });

  test('one that recurs runs by the clocks of its time zone until its end', async () => {
    const startMs = orrery.clock.now();
    const EndTime = new Date(startMs + 72 * hourMs);
    await put('dinner', { Recurrence: '30 17 * * *', TimeZone: 'Europe/Vienna', DesiredCapacity: 4, EndTime });
    await put('night', { Recurrence: '0 23 * * *', TimeZone: 'Europe/Vienna', DesiredCapacity: 2, EndTime });
    const seen = new Set<string>();
    await orrery.clock.wind(24 * hourMs);
    for (let hour = 0; hour < 24; hour += 1) {
      await orrery.clock.wind(hourMs);
      const local = new Date(orrery.clock.now()).toLocaleString('en-GB', {
        timeZone: 'Europe/Vienna',
        hour: '2-digit',
      });
      seen.add(`${local} ${(await sizes())[1]}`);
    }
    assert.ok(seen.has('18 4') && seen.has('22 4'), [...seen].join(', '));
    assert.ok(seen.has('23 2') && seen.has('02 2'), [...seen].join(', '));
    await orrery.clock.wind(48 * hourMs);
    assert.deepEqual(await names(), []);
  });

  test('what is wrong is refused, in a batch each by itself', async () => {
    await assert.rejects(put('x', { DesiredCapacity: 1 }), { message: /Either Recurrence or StartTime/ });
    await assert.rejects(put('x', { DesiredCapacity: 1, StartTime: new Date(orrery.clock.now() - hourMs) }), {
      message: 'Given start time is in the past',
    });
    const { FailedScheduledUpdateGroupActions = [] } = await scaling.send(
      new BatchPutScheduledUpdateGroupActionCommand({
        AutoScalingGroupName,
        ScheduledUpdateGroupActions: [
          { ScheduledActionName: 'good', Recurrence: '0 6 * * 1-5', MinSize: 1 },
          { ScheduledActionName: 'bad', Recurrence: '0 6 * *', MinSize: 1 },
        ],
      }),
    );
    assert.deepEqual(
      FailedScheduledUpdateGroupActions.map(({ ScheduledActionName, ErrorCode }) => [ScheduledActionName, ErrorCode]),
      [['bad', 'ValidationError']],
    );
    assert.deepEqual(await names(), ['good']);
    const gone = { AutoScalingGroupName, ScheduledActionName: 'good' };
    await scaling.send(new DeleteScheduledActionCommand(gone));
    await assert.rejects(scaling.send(new DeleteScheduledActionCommand(gone)), { name: 'ValidationError' });
  });

  test('a recurrence counts days of the week from Sunday, and either day is enough', () => {
    const next = (text: string, from: string) => {
      const ms = parseRecurrence(text)?.next(Date.parse(from), utc);
      return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16);
    };
    // 2026-11-21 is a Saturday.
    assert.equal(next('0 6 * * 1-5', '2026-11-21T00:00:00Z'), '2026-11-23T06:00');
    assert.equal(next('0 6 * * 0', '2026-11-21T00:00:00Z'), '2026-11-22T06:00');
    assert.equal(next('0 6 * * 7', '2026-11-21T00:00:00Z'), '2026-11-22T06:00');
    assert.equal(next('0 6 * * MON,Wed', '2026-11-24T00:00:00Z'), '2026-11-25T06:00');
    assert.equal(next('0 6 24 * 0', '2026-11-22T07:00:00Z'), '2026-11-24T06:00');
    assert.equal(next('*/15 * * * *', '2026-11-22T07:01:00Z'), '2026-11-22T07:15');
    assert.equal(parseRecurrence('0 6 * * ?'), undefined);
    assert.equal(parseRecurrence('0 25 * * *'), undefined);
  });
});
