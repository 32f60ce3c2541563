import type { StoredCases } from '../stored-cases.ts';

export const sqs: StoredCases = {
  service: 'sqs',
  resources: {
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'stored.fifo',
        FifoQueue: true,
        FifoThroughputLimit: 'perMessageGroupId',
        DeduplicationScope: 'messageGroup',
        SqsManagedSseEnabled: true,
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
  },
  told: {
    Queue: async (ask, QueueUrl) => [
      await ask('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }),
      await ask('ListQueueTags', { QueueUrl }),
    ],
  },
  requests: {
    CreateQueue: async (ask) => {
      const asked = {
        QueueName: 'asked.fifo',
        Attributes: {
          FifoQueue: 'true',
          SqsManagedSseEnabled: 'true',
          FifoThroughputLimit: 'perMessageGroupId',
          DeduplicationScope: 'messageGroup',
        },
      };
      const { QueueUrl } = await ask('CreateQueue', asked);
      return { asked, told: await ask('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }) };
    },
  },
};
