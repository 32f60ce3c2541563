// On the first of each month a schedule calls this: it reads the month that ended from the database and mails it.
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { clientOptions } from '../../shared/client-options.ts';
import { type Database, openDatabase } from '../../shared/data/database.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { createReporter } from './reporter.ts';

const { ADMIN_EMAIL, SENDER_EMAIL } = readEnvironment(['ADMIN_EMAIL', 'SENDER_EMAIL']);

let opened: Promise<Database> | undefined;

export const handler = createReporter({
  // Once a sandbox, and not before it is called: then a database that is away fails the call and not the start.
  database() {
    opened ??= openDatabase({ connections: 1 });
    opened.catch(() => {
      opened = undefined;
    });
    return opened;
  },
  mail: new SESv2Client({
    ...clientOptions,
    requestHandler: { ...clientOptions.requestHandler, requestTimeout: 10_000 },
  }),
  to: ADMIN_EMAIL,
  from: SENDER_EMAIL,
  timeZone: process.env.RESTAURANT_TIME_ZONE ?? 'Europe/London',
});
