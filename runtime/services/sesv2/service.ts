import { dkimKeys } from '../../engines/ses/dkim-keys.ts';
import { outcomes } from '../../engines/ses/outcomes.ts';
import { serveTracking } from '../../engines/ses/serve-tracking.ts';
import { serveVerification } from '../../engines/ses/verification.ts';
import { defineService, type Fidelity } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import * as account from './operations/account.ts';
import * as sets from './operations/configuration-sets.ts';
import * as identityOperations from './operations/identities.ts';
import * as policies from './operations/identity-policies.ts';
import { SendBulkEmail, SendEmail } from './operations/send.ts';
import * as suppression from './operations/suppression.ts';
import * as tags from './operations/tags.ts';
import * as templateOperations from './operations/templates.ts';
import { ConfigurationSet } from './resources/ConfigurationSet.ts';
import { ConfigurationSetEventDestination } from './resources/ConfigurationSetEventDestination.ts';
import { EmailIdentity } from './resources/EmailIdentity.ts';
import { Template } from './resources/Template.ts';

const endpoints: Fidelity = { refused: 'multi-region endpoints are not done.' };
const tenants: Fidelity = { refused: 'tenants are not done.' };
const validation: Fidelity = { refused: 'addresses are not validated before sending.' };
const overrides: Fidelity = { refused: 'options of the configuration set cannot be overridden here.' };
const ownKeys: Fidelity = { refused: 'Easy DKIM is; keys of your own are not done.' };

export default defineService({
  name: 'sesv2',
  actionPrefix: 'ses',
  nestedMembers: 'own',
  operations: {
    SendEmail,
    SendBulkEmail,
    ...account,
    ...identityOperations,
    ...policies,
    ...sets,
    ...suppression,
    ...tags,
    ...templateOperations,
  },
  resources: [EmailIdentity, ConfigurationSet, ConfigurationSetEventDestination, Template],
  authorization: authorize,
  accessDenied: { code: 'AccessDeniedException', status: 403 },
  start(kernel) {
    const verification = serveVerification(kernel);
    const tracking = serveTracking(kernel);
    kernel.engine(outcomes).resume();
    kernel.engine(dkimKeys);
    return {
      async stop() {
        await verification.stop();
        await tracking.stop();
      },
    };
  },
  fidelity: {
    'PutAccountDetails.MailType': 'stored',
    'PutAccountDetails.WebsiteURL': 'stored',
    'PutAccountDetails.ContactLanguage': 'stored',
    'PutAccountDetails.UseCaseDescription': 'stored',
    'PutAccountDetails.AdditionalContactEmailAddresses': 'stored',
    'SendEmail.EndpointId': endpoints,
    'SendEmail.TenantName': tenants,
    'SendEmail.ConfigurationOverrides': overrides,
    'SendEmail.ListManagementOptions': { refused: 'contact lists are not done.' },
    'SendEmail.FeedbackForwardingEmailAddressIdentityArn': { refused: 'the feedback address must be of this account.' },
    'SendBulkEmail.EndpointId': endpoints,
    'SendBulkEmail.TenantName': tenants,
    'SendBulkEmail.ConfigurationOverrides': overrides,
    'SendBulkEmail.FeedbackForwardingEmailAddressIdentityArn': {
      refused: 'the feedback address must be of this account.',
    },
    'ListEmailIdentities.Filter': { refused: 'the list is not filtered.' },
    'ListConfigurationSets.Filter': { refused: 'the list is not filtered.' },
    'CreateEmailIdentity.DkimSigningAttributes.DomainSigningSelector': ownKeys,
    'CreateEmailIdentity.DkimSigningAttributes.DomainSigningPrivateKey': ownKeys,
    'CreateEmailIdentity.DkimSigningAttributes.DomainSigningAttributesOrigin': ownKeys,
    'PutEmailIdentityDkimSigningAttributes.SigningAttributes.DomainSigningPrivateKey': ownKeys,
    'PutEmailIdentityDkimSigningAttributes.SigningAttributes.DomainSigningSelector': ownKeys,
    'CreateConfigurationSet.VdmOptions': { refused: 'the Virtual Deliverability Manager is not done.' },
    'CreateConfigurationSet.ArchivingOptions': { refused: 'Mail Manager archives are not done.' },
    'CreateConfigurationSet.MessageSecurityOptions': { refused: 'messages are not signed or encrypted.' },
    'CreateConfigurationSet.SuppressionOptions.SuppressionScope': tenants,
    'CreateConfigurationSet.SuppressionOptions.ValidationOptions': validation,
    'CreateConfigurationSet.DeliveryOptions.TlsPolicy': 'stored',
    'CreateConfigurationSet.DeliveryOptions.MaxDeliverySeconds': 'stored',
    'CreateConfigurationSet.DeliveryOptions.SendingPoolName': { refused: 'dedicated IP pools are not done.' },
    'PutConfigurationSetDeliveryOptions.TlsPolicy': 'stored',
    'PutConfigurationSetDeliveryOptions.SendingPoolName': { refused: 'dedicated IP pools are not done.' },
    'PutConfigurationSetDeliveryOptions.MaxDeliverySeconds': { refused: 'nothing is delayed here.' },
    'PutConfigurationSetSuppressionOptions.SuppressionScope': tenants,
    'PutConfigurationSetSuppressionOptions.ValidationOptions': validation,
    'PutAccountSuppressionAttributes.ValidationAttributes': validation,
    'PutSuppressedDestination.TenantName': tenants,
    'GetSuppressedDestination.TenantName': tenants,
    'DeleteSuppressedDestination.TenantName': tenants,
    'ListSuppressedDestinations.TenantName': tenants,
    'CreateConfigurationSetEventDestination.EventDestination.MatchingEventTypes.DELIVERY_DELAY': 'stored',
    'CreateConfigurationSetEventDestination.EventDestination.MatchingEventTypes.SUBSCRIPTION': 'stored',
    'UpdateConfigurationSetEventDestination.EventDestination.MatchingEventTypes.DELIVERY_DELAY': 'stored',
    'UpdateConfigurationSetEventDestination.EventDestination.MatchingEventTypes.SUBSCRIPTION': 'stored',
    'CreateConfigurationSetEventDestination.EventDestination.KinesisFirehoseDestination': {
      refused: 'Firehose is not run; use SNS, EventBridge or CloudWatch.',
    },
    'CreateConfigurationSetEventDestination.EventDestination.PinpointDestination': {
      refused: 'Firehose is not run; use SNS, EventBridge or CloudWatch.',
    },
    'UpdateConfigurationSetEventDestination.EventDestination.KinesisFirehoseDestination': {
      refused: 'Firehose is not run; use SNS, EventBridge or CloudWatch.',
    },
    'UpdateConfigurationSetEventDestination.EventDestination.PinpointDestination': {
      refused: 'Firehose is not run; use SNS, EventBridge or CloudWatch.',
    },
    'PutEmailIdentityDkimSigningAttributes.SigningAttributes.DomainSigningAttributesOrigin': {
      refused: 'AWS holds the keys, and makes them.',
    },
  },
});
