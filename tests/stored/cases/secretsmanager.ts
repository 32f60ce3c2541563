import type { StoredCases } from '../stored-cases.ts';

export const secretsmanager: StoredCases = {
  service: 'secretsmanager',
  resources: {
    Secret: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Description: 'of the kitchen', Tags: [{ Key: 'team', Value: 'kitchen' }] },
    },
  },
  told: { Secret: (ask, SecretId) => ask('DescribeSecret', { SecretId }) },
  requests: {},
};
