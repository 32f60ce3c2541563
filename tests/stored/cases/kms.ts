import { named, type StoredCases } from '../stored-cases.ts';

export const kms: StoredCases = {
  service: 'kms',
  resources: { Key: { Type: 'AWS::KMS::Key', Properties: { Description: 'of the kitchen' } } },
  told: { Key: (ask, KeyId) => ask('DescribeKey', { KeyId }) },
  requests: {
    CreateKey: async (ask) => {
      const asked = { Description: 'asked' };
      const KeyId = named(await ask('CreateKey', asked), 'KeyId');
      return { asked, told: await ask('DescribeKey', { KeyId }) };
    },
    UpdateKeyDescription: async (ask) => {
      const KeyId = named(await ask('CreateKey', { Description: 'asked' }), 'KeyId');
      const asked = { KeyId, Description: 'changed' };
      await ask('UpdateKeyDescription', asked);
      return { asked, told: await ask('DescribeKey', { KeyId }) };
    },
  },
};
