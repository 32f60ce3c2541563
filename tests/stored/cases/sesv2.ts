import type { Ask, StoredCases } from '../stored-cases.ts';

const contact = { MailType: 'TRANSACTIONAL', WebsiteURL: 'https://kitchen.example' };

const destination = {
  MatchingEventTypes: ['DELIVERY_DELAY', 'SUBSCRIPTION'],
  EventBridgeDestination: { EventBusArn: 'arn:aws:events:us-east-1:000000000000:event-bus/default' },
};

async function putDestination(ask: Ask, verb: 'Create' | 'Update') {
  const asked = { ConfigurationSetName: 'asked', EventDestinationName: 'asked', EventDestination: destination };
  await ask(`${verb}ConfigurationSetEventDestination`, asked);
  return { asked, told: await ask('GetConfigurationSetEventDestinations', { ConfigurationSetName: 'asked' }) };
}

export const sesv2: StoredCases = {
  service: 'sesv2',
  resources: {
    Identity: {
      Type: 'AWS::SES::EmailIdentity',
      Properties: {
        EmailIdentity: 'kitchen.example',
        DkimAttributes: { SigningEnabled: false },
        DkimSigningAttributes: { NextSigningKeyLength: 'RSA_1024_BIT' },
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
    Set: {
      Type: 'AWS::SES::ConfigurationSet',
      Properties: {
        Name: 'stored',
        DeliveryOptions: { TlsPolicy: 'REQUIRE', MaxDeliverySeconds: 600 },
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
    Destination: {
      Type: 'AWS::SES::ConfigurationSetEventDestination',
      Properties: { ConfigurationSetName: { Ref: 'Set' }, EventDestination: { Name: 'stored', ...destination } },
    },
    Template: {
      Type: 'AWS::SES::Template',
      Properties: {
        Template: { TemplateName: 'stored', SubjectPart: 's', TextPart: 't' },
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
  },
  told: {
    Identity: (ask) => ask('GetEmailIdentity', { EmailIdentity: 'kitchen.example' }),
    Set: (ask) => ask('GetConfigurationSet', { ConfigurationSetName: 'stored' }),
    Destination: (ask) => ask('GetConfigurationSetEventDestinations', { ConfigurationSetName: 'stored' }),
    Template: async (ask) => [
      await ask('GetEmailTemplate', { TemplateName: 'stored' }),
      await ask('ListTagsForResource', { ResourceArn: 'arn:aws:ses:us-east-1:000000000000:template/stored' }),
    ],
  },
  requests: {
    PutAccountDetails: async (ask) => {
      const asked = {
        ...contact,
        ContactLanguage: 'EN',
        UseCaseDescription: 'orders',
        AdditionalContactEmailAddresses: ['chef@kitchen.example'],
      };
      await ask('PutAccountDetails', asked);
      return { asked, told: await ask('GetAccount', {}) };
    },
    CreateEmailIdentity: async (ask) => {
      const asked = { EmailIdentity: 'asked.example', DkimSigningAttributes: { NextSigningKeyLength: 'RSA_1024_BIT' } };
      await ask('CreateEmailIdentity', asked);
      return { asked, told: await ask('GetEmailIdentity', { EmailIdentity: 'asked.example' }) };
    },
    PutEmailIdentityDkimAttributes: async (ask) => {
      const asked = { EmailIdentity: 'asked.example', SigningEnabled: false };
      await ask('PutEmailIdentityDkimAttributes', asked);
      return { asked, told: await ask('GetEmailIdentity', { EmailIdentity: 'asked.example' }) };
    },
    CreateConfigurationSet: async (ask) => {
      const DeliveryOptions = { TlsPolicy: 'REQUIRE', MaxDeliverySeconds: 700 };
      const asked = { ConfigurationSetName: 'asked', DeliveryOptions };
      await ask('CreateConfigurationSet', asked);
      return { asked, told: await ask('GetConfigurationSet', { ConfigurationSetName: 'asked' }) };
    },
    PutConfigurationSetDeliveryOptions: async (ask) => {
      const asked = { ConfigurationSetName: 'asked', TlsPolicy: 'OPTIONAL' };
      await ask('PutConfigurationSetDeliveryOptions', asked);
      return { asked, told: await ask('GetConfigurationSet', { ConfigurationSetName: 'asked' }) };
    },
    CreateConfigurationSetEventDestination: (ask) => putDestination(ask, 'Create'),
    UpdateConfigurationSetEventDestination: (ask) => putDestination(ask, 'Update'),
  },
  untold: {
    'AWS::SES::ConfigurationSetEventDestination.EventDestination.MatchingEventTypes.subscription':
      'told as SUBSCRIPTION',
    'AWS::SES::ConfigurationSetEventDestination.EventDestination.MatchingEventTypes.deliveryDelay':
      'told as DELIVERY_DELAY',
  },
  renamed: { NextSigningKeyLength: 'NextSigningKeyLength' },
};
