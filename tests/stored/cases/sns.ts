import { named, type StoredCases } from '../stored-cases.ts';

export const sns: StoredCases = {
  service: 'sns',
  resources: {
    Topic: {
      Type: 'AWS::SNS::Topic',
      Properties: {
        DisplayName: 'Orders',
        KmsMasterKeyId: 'alias/aws/sns',
        TracingConfig: 'PassThrough',
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
  },
  told: {
    Topic: async (ask, id) => [
      await ask('GetTopicAttributes', { TopicArn: id }),
      await ask('ListTagsForResource', { ResourceArn: id }),
    ],
  },
  requests: {
    CreateTopic: async (ask) => {
      const Attributes = { KmsMasterKeyId: 'alias/aws/sns', TracingConfig: 'PassThrough', DisplayName: 'Asked' };
      const asked = { Name: 'asked', Attributes };
      const TopicArn = named(await ask('CreateTopic', asked), 'TopicArn');
      return { asked, told: await ask('GetTopicAttributes', { TopicArn }) };
    },
  },
};
