import type { StoredCases } from '../stored-cases.ts';

const target = { Arn: 'arn:aws:sqs:us-east-1:000000000000:q', RoleArn: 'arn:aws:iam::000000000000:role/scheduler' };
const KmsKeyArn = 'arn:aws:kms:us-east-1:000000000000:key/11111111-1111-1111-1111-111111111111';
const asked = {
  Name: 'asked',
  ScheduleExpression: 'rate(1 day)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: target,
  Description: 'daily',
  KmsKeyArn,
};

export const scheduler: StoredCases = {
  service: 'scheduler',
  resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'scheduler',
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      DependsOn: 'Role',
      Properties: { ...asked, Name: 'stored' },
    },
    Group: {
      Type: 'AWS::Scheduler::ScheduleGroup',
      Properties: { Name: 'stored', Tags: [{ Key: 'team', Value: 'kitchen' }] },
    },
  },
  told: {
    Schedule: (ask) => ask('GetSchedule', { Name: 'stored' }),
    Group: async (ask) =>
      ask('ListTagsForResource', { ResourceArn: 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/stored' }),
  },
  requests: {
    CreateSchedule: async (ask) => {
      await ask('CreateSchedule', asked);
      return { asked, told: await ask('GetSchedule', { Name: 'asked' }) };
    },
    UpdateSchedule: async (ask) => {
      const changed = { ...asked, Description: 'nightly', KmsKeyArn: KmsKeyArn.replace('key/1', 'key/2') };
      await ask('UpdateSchedule', changed);
      return { asked: changed, told: await ask('GetSchedule', { Name: 'asked' }) };
    },
  },
};
