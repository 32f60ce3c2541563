import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeNotificationConfigurationsCommand,
  PutLifecycleHookCommand,
  PutNotificationConfigurationCommand,
  RecordLifecycleActionHeartbeatCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { Fleet, lacking } from '../ec2/instances.fixture.ts';

const AutoScalingGroupName = 'heralds';
const services = ['ec2', 'iam', 'elbv2', 'lambda', 's3', 'logs', 'autoscaling', 'events', 'sns', 'sqs', 'sts', 'kms'];

describe('life-cycle hooks and notifications', { skip: lacking }, () => {
  let orrery: Orrery;
  let scaling: AutoScalingClient;
  let sqs: SQSClient;
  const queues: Record<string, string> = {};

  before(async () => {
    orrery = await startOrrery({ services });
    scaling = orrery.client(AutoScalingClient);
    sqs = orrery.client(SQSClient);
    for (const name of ['events', 'topic', 'hooks']) await makeQueue(name);
    await connect();
    const fleet = new Fleet(orrery);
    const VPCZoneIdentifier = await fleet.subnet(await fleet.vpc(), '10.0.1.0/24');
    const LaunchTemplateData = { ImageId: await fleet.imageId(), InstanceType: 't3.micro' as const };
    await fleet.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'cook', LaunchTemplateData }));
    await scaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateName: 'cook' },
        MinSize: 0,
        MaxSize: 2,
        VPCZoneIdentifier,
      }),
    );
  });
  after(() => orrery.stop());

  async function makeQueue(name: string): Promise<void> {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    queues[name] = QueueUrl;
    const Policy = JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }],
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  }

  const arnOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
  let TopicARN = '';

  async function connect(): Promise<void> {
    const sns = orrery.client(SNSClient);
    TopicARN = (await sns.send(new CreateTopicCommand({ Name: 'instances' }))).TopicArn ?? '';
    await sns.send(
      new SubscribeCommand({
        TopicArn: TopicARN,
        Protocol: 'sqs',
        Endpoint: arnOf('topic'),
        Attributes: { RawMessageDelivery: 'true' },
      }),
    );
    const bus = orrery.client(EventBridgeClient);
    const EventPattern = JSON.stringify({ source: ['aws.autoscaling'] });
    await bus.send(new PutRuleCommand({ Name: 'scaling', EventPattern }));
    await bus.send(new PutTargetsCommand({ Rule: 'scaling', Targets: [{ Id: 'queue', Arn: arnOf('events') }] }));
  }

  /** The next message of a queue; a wind waits for what real processes are doing. */
  async function next(name: string): Promise<Record<string, unknown>> {
    const QueueUrl = queues[name];
    for (let tries = 0; tries < 100; tries += 1) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 0 }));
      const [message] = Messages as Message[];
      if (message) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
        return JSON.parse(message.Body ?? '{}') as Record<string, unknown>;
      }
      await orrery.clock.wind(1);
    }
    throw new Error(`nothing came to ${name}`);
  }

  const capacity = (DesiredCapacity: number) =>
    scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));

  async function state(): Promise<string | undefined> {
    const { AutoScalingInstances = [] } = await scaling.send(new DescribeAutoScalingInstancesCommand({}));
    return AutoScalingInstances[0]?.LifecycleState;
  }

  test('a topic is told that it will be told', async () => {
    const NotificationTypes = ['autoscaling:EC2_INSTANCE_LAUNCH', 'autoscaling:EC2_INSTANCE_TERMINATE'];
    await scaling.send(new PutNotificationConfigurationCommand({ AutoScalingGroupName, TopicARN, NotificationTypes }));
    assert.equal((await next('topic')).Event, 'autoscaling:TEST_NOTIFICATION');
    const { NotificationConfigurations } = await scaling.send(new DescribeNotificationConfigurationsCommand({}));
    assert.deepEqual(
      NotificationConfigurations?.map(({ NotificationType }) => NotificationType),
      NotificationTypes,
    );
  });

  test('an instance waits at its hook until it is told to go on, and the heartbeat makes the wait longer', async () => {
    const hook = { AutoScalingGroupName, LifecycleHookName: 'prepare' };
    await scaling.send(
      new PutLifecycleHookCommand({
        ...hook,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        HeartbeatTimeout: 60,
        NotificationTargetARN: arnOf('hooks'),
        NotificationMetadata: 'table 4',
      }),
    );
    await capacity(1);
    const asked = await next('hooks');
    assert.equal(asked.LifecycleTransition, 'autoscaling:EC2_INSTANCE_LAUNCHING');
    assert.equal(asked.NotificationMetadata, 'table 4');
    assert.equal(asked.Service, 'AWS Auto Scaling');
    assert.equal((await next('events'))['detail-type'], 'EC2 Instance-launch Lifecycle Action');
    assert.equal(await state(), 'Pending:Wait');
    const LifecycleActionToken = String(asked.LifecycleActionToken);
    await orrery.clock.wind(50_000);
    await scaling.send(new RecordLifecycleActionHeartbeatCommand({ ...hook, LifecycleActionToken }));
    await orrery.clock.wind(50_000);
    assert.equal(await state(), 'Pending:Wait');
    await scaling.send(
      new CompleteLifecycleActionCommand({ ...hook, LifecycleActionToken, LifecycleActionResult: 'CONTINUE' }),
    );
    const told = await next('events');
    assert.equal(told['detail-type'], 'EC2 Instance Launch Successful');
    const { EC2InstanceId, AutoScalingGroupName: of } = told.detail as Record<string, string>;
    assert.equal(of, AutoScalingGroupName);
    assert.deepEqual((told.resources as string[])[1], `arn:aws:ec2:us-east-1:000000000000:instance/${EC2InstanceId}`);
    const published = await next('topic');
    assert.equal(published.Event, 'autoscaling:EC2_INSTANCE_LAUNCH');
    assert.equal(published.EC2InstanceId, EC2InstanceId);
    assert.equal(await state(), 'InService');
  });

  test('an instance that nobody answers for at its end goes after the hook has timed out', async () => {
    await scaling.send(
      new PutLifecycleHookCommand({
        AutoScalingGroupName,
        LifecycleHookName: 'farewell',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: 600,
        DefaultResult: 'CONTINUE',
      }),
    );
    await capacity(0);
    assert.equal((await next('events'))['detail-type'], 'EC2 Instance-terminate Lifecycle Action');
    assert.equal(await state(), 'Terminating:Wait');
    await orrery.clock.wind(599_000);
    assert.equal(await state(), 'Terminating:Wait');
    await orrery.clock.wind(5000);
    assert.equal((await next('events'))['detail-type'], 'EC2 Instance Terminate Successful');
    assert.equal((await next('topic')).Event, 'autoscaling:EC2_INSTANCE_TERMINATE');
    assert.equal(await state(), undefined);
  });
});
