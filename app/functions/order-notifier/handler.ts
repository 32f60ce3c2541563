// An order's last hop: the orders service put its event on the bus, a rule hands it to this, and the admin gets a mail.
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { clientOptions } from '../../shared/client-options.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { createNotifier } from './notifier.ts';

const { ADMIN_EMAIL, SENDER_EMAIL } = readEnvironment(['ADMIN_EMAIL', 'SENDER_EMAIL']);

export const handler = createNotifier({
  mail: new SESv2Client(clientOptions),
  to: ADMIN_EMAIL,
  from: SENDER_EMAIL,
  timeZone: process.env.RESTAURANT_TIME_ZONE ?? 'Europe/London',
});
