import type {
  Destination,
  SendBulkTemplatedEmailCommandInput,
  SendEmailCommandInput,
  SendRawEmailCommandInput,
  SendTemplatedEmailCommandInput,
} from '@aws-sdk/client-ses';
import { readRaw } from '../../engines/ses/contents.ts';
import { sendAccess } from '../../engines/ses/send-access.ts';
import type { Access, Context } from '../../kernel/service.ts';

/** "Actions, resources, and condition keys for Amazon SES": in the first API only sending is by resource. */
export function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access[] {
  if (operation === 'SendRawEmail') return rawAccess(ctx, input as unknown as SendRawEmailCommandInput);
  if (operation === 'SendEmail' || operation === 'SendTemplatedEmail') {
    const { Destination, ...given } = input as unknown as SendEmailCommandInput & SendTemplatedEmailCommandInput;
    return access(ctx, `ses:${operation}`, { ...given, recipients: recipientsOf(Destination) });
  }
  if (operation === 'SendBulkTemplatedEmail') {
    const { Destinations = [], ...given } = input as unknown as SendBulkTemplatedEmailCommandInput;
    const recipients = Destinations.flatMap(({ Destination }) => recipientsOf(Destination));
    return access(ctx, 'ses:SendBulkTemplatedEmail', { ...given, recipients });
  }
  return [{ action: `ses:${operation}`, conditions: { 'ses:ApiVersion': '1' }, resource: '*' }];
}

interface Given {
  Source?: string | undefined;
  SourceArn?: string | undefined;
  ReturnPath?: string | undefined;
  ConfigurationSetName?: string | undefined;
  Template?: string | undefined;
  recipients: string[];
}

function access(ctx: Context, action: Parameters<typeof sendAccess>[1]['action'], given: Given): Access[] {
  return sendAccess(ctx, {
    action,
    apiVersion: '1',
    from: given.Source ?? '',
    recipients: given.recipients,
    feedbackTo: given.ReturnPath,
    sourceArn: given.SourceArn,
    configurationSetName: given.ConfigurationSetName,
    templateName: given.Template,
  });
}

function rawAccess(ctx: Context, input: SendRawEmailCommandInput): Access[] {
  const read = readRaw(input.RawMessage?.Data ?? new Uint8Array());
  return access(ctx, 'ses:SendRawEmail', {
    Source: input.Source ?? read.from,
    SourceArn: input.SourceArn ?? input.FromArn ?? read.sourceArn,
    ReturnPath: read.returnPath,
    ConfigurationSetName: input.ConfigurationSetName ?? read.configurationSetName,
    recipients: input.Destinations?.length ? input.Destinations : read.destination,
  });
}

function recipientsOf(destination: Destination | undefined): string[] {
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = destination ?? {};
  return [...ToAddresses, ...CcAddresses, ...BccAddresses];
}
