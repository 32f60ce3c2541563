// The first API of Amazon SES. What it configures and sends is the same as of sesv2: engines/ses.
import { defineService, type Fidelity } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import { inFirstApisWords } from './errors.ts';
import * as account from './operations/account.ts';
import * as sets from './operations/configuration-sets.ts';
import * as identities from './operations/identities.ts';
import * as settings from './operations/identity-settings.ts';
import * as sending from './operations/send.ts';
import * as templates from './operations/templates.ts';

const { known: _known, statusOf: _statusOf, ...identityOperations } = identities;
const returnPath: Fidelity = { refused: 'the return path must be of this account.' };
const templateArn: Fidelity = { refused: 'name the template by Template.' };

export default defineService({
  name: 'ses',
  actionPrefix: 'ses',
  operations: inFirstApisWords({ ...sending, ...identityOperations, ...settings, ...account, ...templates, ...sets }),
  authorization: authorize,
  accessDenied: { code: 'AccessDenied', status: 403 },
  dependencies: ['sesv2'],
  fidelity: {
    'SendEmail.ReturnPathArn': returnPath,
    'SendRawEmail.ReturnPathArn': returnPath,
    'SendTemplatedEmail.ReturnPathArn': returnPath,
    'SendTemplatedEmail.TemplateArn': templateArn,
    'SendBulkTemplatedEmail.ReturnPathArn': returnPath,
    'SendBulkTemplatedEmail.TemplateArn': templateArn,
    'PutConfigurationSetDeliveryOptions.DeliveryOptions': 'stored',
    'CreateConfigurationSetEventDestination.EventDestination.KinesisFirehoseDestination': {
      refused: 'Firehose is not run; use SNS, EventBridge or CloudWatch.',
    },
    'UpdateConfigurationSetEventDestination.EventDestination.KinesisFirehoseDestination': {
      refused: 'Firehose is not run; use SNS, EventBridge or CloudWatch.',
    },
  },
});
