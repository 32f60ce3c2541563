import type { StoredCases } from '../stored-cases.ts';

export const ssm: StoredCases = {
  service: 'ssm',
  resources: {
    Parameter: {
      Type: 'AWS::SSM::Parameter',
      Properties: {
        Name: '/stored',
        Type: 'String',
        Value: 'x',
        Description: 'of the kitchen',
        Tags: { team: 'kitchen' },
      },
    },
  },
  told: {
    Parameter: async (ask) => [
      await ask('DescribeParameters', {}),
      await ask('ListTagsForResource', { ResourceType: 'Parameter', ResourceId: '/stored' }),
    ],
  },
  requests: {},
};
