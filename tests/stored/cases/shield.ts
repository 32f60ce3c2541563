import type { StoredCases } from '../stored-cases.ts';

export const shield: StoredCases = {
  service: 'shield',
  before: (ask) => ask('CreateSubscription', {}),
  resources: {
    Address: { Type: 'AWS::EC2::EIP', Properties: { Domain: 'vpc' } },
    Protection: {
      Type: 'AWS::Shield::Protection',
      Properties: {
        Name: 'stored',
        ResourceArn: { 'Fn::Sub': 'arn:aws:ec2:us-east-1:000000000000:eip-allocation/${Address.AllocationId}' },
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
  },
  told: { Protection: (ask, ResourceARN) => ask('ListTagsForResource', { ResourceARN }) },
  requests: {},
};
