import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type EventsCloud, startEvents } from './test-cloud.ts';

describe('who calls EventBridge', () => {
  let cloud: EventsCloud;
  before(async () => {
    cloud = await startEvents({ services: ['cloudwatch', 'events', 'iam', 'sns', 'sqs', 'sts'] });
  });
  after(() => cloud.orrery.stop());

  test('an alarm that changes its state puts it on the default bus', async () => {
    const Arn = await cloud.queue('alarms');
    const EventPattern = JSON.stringify({
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      detail: { state: { value: ['ALARM'] } },
    });
    await cloud.rule({ Name: 'alarms', EventPattern }, { Arn, InputPath: '$.detail.alarmName' });
    const cloudwatch = cloud.orrery.client(CloudWatchClient);
    const metric = { Namespace: 'shop', MetricName: 'errors', Period: 60, EvaluationPeriods: 1, Threshold: 1 };
    const alarm = { ...metric, Statistic: 'Sum', ComparisonOperator: 'GreaterThanThreshold' } as const;
    await cloudwatch.send(new PutMetricAlarmCommand({ AlarmName: 'many', ...alarm }));
    const state = { AlarmName: 'many', StateValue: 'ALARM', StateReason: 'test' } as const;
    await cloudwatch.send(new SetAlarmStateCommand(state));
    assert.deepEqual(
      (await cloud.take('alarms')).map(({ Body }) => Body),
      ['"many"'],
    );
  });

  test('whoever gives a target a role must be allowed to pass it', async () => {
    const iam = cloud.orrery.client(IAMClient);
    const document = (statement: object) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
    const AssumeRolePolicyDocument = document({ Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'limited', AssumeRolePolicyDocument }));
    const allow = (PolicyName: string, Action: string) => {
      const PolicyDocument = document({ Action, Resource: '*' });
      return iam.send(new PutRolePolicyCommand({ RoleName: 'limited', PolicyName, PolicyDocument }));
    };
    await allow('events', 'events:*');
    const { Credentials } = await cloud.orrery
      .client(STSClient)
      .send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'test' }));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = Credentials ?? {};
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    const events = cloud.orrery.client(EventBridgeClient, { credentials });
    await events.send(new PutRuleCommand({ Name: 'passing', EventPattern: '{"source":["x"]}' }));
    const Targets = [{ Id: 'a', Arn: await cloud.queue('passing'), RoleArn: Role?.Arn }];
    const putTargets = () => events.send(new PutTargetsCommand({ Rule: 'passing', Targets }));
    await assert.rejects(putTargets(), { name: 'AccessDeniedException', message: /iam:PassRole/ });
    await allow('pass', 'iam:PassRole');
    assert.equal((await putTargets()).FailedEntryCount, 0);
  });
});
