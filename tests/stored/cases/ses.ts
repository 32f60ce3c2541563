import type { StoredCases } from '../stored-cases.ts';

export const ses: StoredCases = {
  service: 'ses',
  resources: {},
  told: {},
  requests: {
    SetIdentityDkimEnabled: async (ask) => {
      await ask('VerifyDomainDkim', { Domain: 'first.example' });
      const asked = { Identity: 'first.example', DkimEnabled: false };
      await ask('SetIdentityDkimEnabled', asked);
      return { asked, told: await ask('GetIdentityDkimAttributes', { Identities: ['first.example'] }) };
    },
    PutConfigurationSetDeliveryOptions: async (ask) => {
      await ask('CreateConfigurationSet', { ConfigurationSet: { Name: 'first' } });
      const asked = { ConfigurationSetName: 'first', DeliveryOptions: { TlsPolicy: 'Require' } };
      await ask('PutConfigurationSetDeliveryOptions', asked);
      const ConfigurationSetAttributeNames = ['deliveryOptions'];
      const told = await ask('DescribeConfigurationSet', {
        ConfigurationSetName: 'first',
        ConfigurationSetAttributeNames,
      });
      return { asked, told };
    },
  },
};
