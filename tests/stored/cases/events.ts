import type { StoredCases } from '../stored-cases.ts';

const key = 'arn:aws:kms:us-east-1:000000000000:key/11111111-1111-1111-1111-111111111111';
const role = 'arn:aws:iam::000000000000:role/rules';

export const events: StoredCases = {
  service: 'events',
  resources: {
    Bus: {
      Type: 'AWS::Events::EventBus',
      Properties: {
        Name: 'stored',
        Description: 'of the kitchen',
        KmsKeyIdentifier: key,
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'stored',
        EventPattern: { source: ['kitchen'] },
        Description: 'of the kitchen',
        RoleArn: role,
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
  },
  told: {
    Bus: async (ask) => [
      await ask('DescribeEventBus', { Name: 'stored' }),
      await ask('ListTagsForResource', { ResourceARN: 'arn:aws:events:us-east-1:000000000000:event-bus/stored' }),
    ],
    Rule: async (ask) => [
      await ask('DescribeRule', { Name: 'stored' }),
      await ask('ListTagsForResource', { ResourceARN: 'arn:aws:events:us-east-1:000000000000:rule/stored' }),
    ],
  },
  requests: {
    CreateEventBus: async (ask) => {
      const asked = { Name: 'asked', Description: 'first', KmsKeyIdentifier: key };
      await ask('CreateEventBus', asked);
      return { asked, told: await ask('DescribeEventBus', { Name: 'asked' }) };
    },
    UpdateEventBus: async (ask) => {
      const asked = { Name: 'asked', KmsKeyIdentifier: key.replace('key/1', 'key/2') };
      await ask('UpdateEventBus', asked);
      return { asked, told: await ask('DescribeEventBus', { Name: 'asked' }) };
    },
    PutRule: async (ask) => {
      const asked = { Name: 'asked', EventPattern: '{"source":["a"]}', Description: 'asked for', RoleArn: role };
      await ask('PutRule', asked);
      return { asked, told: await ask('DescribeRule', { Name: 'asked' }) };
    },
  },
};
