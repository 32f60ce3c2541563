import type {
  BulkEmailDestinationStatus,
  BulkEmailStatus,
  Destination,
  MessageTag,
  SendBulkTemplatedEmailCommandInput,
  SendEmailCommandInput,
  SendRawEmailCommandInput,
  SendTemplatedEmailCommandInput,
} from '@aws-sdk/client-ses';
import { flat } from '../../../engines/ses/addresses.ts';
import {
  checkCharsets,
  composeRaw,
  composeSimple,
  composeTemplate,
  parseTemplateData,
  readRaw,
} from '../../../engines/ses/contents.ts';
import { badRequest } from '../../../engines/ses/errors.ts';
import { type Outgoing, send } from '../../../engines/ses/send.ts';
import { templateNamed } from '../../../engines/ses/templates.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';

/** "SendRawEmail": 10 MB, attachments encoded. */
const maxBytes = 10 * 1024 * 1024;
const mostEntries = 50;

export async function SendEmail(ctx: Context, input: SendEmailCommandInput) {
  const { Subject, Body } = input.Message ?? {};
  if (Body?.Text?.Data === undefined && Body?.Html?.Data === undefined)
    throw badRequest('The text body or the HTML body must be specified.');
  checkCharsets([Subject, Body.Text, Body.Html]);
  const content = { Subject: Subject?.Data, Text: Body.Text?.Data, Html: Body.Html?.Data };
  const compose = composeSimple(ctx, envelopeOf(input), content);
  return { MessageId: await send(ctx, { ...commonOf(input), compose }) };
}

export async function SendRawEmail(ctx: Context, input: SendRawEmailCommandInput) {
  const read = readRaw(input.RawMessage?.Data ?? new Uint8Array());
  const from = input.Source ?? read.from;
  if (!from) throw badRequest("Missing required header 'From'.");
  const MessageId = await send(ctx, {
    from,
    alsoFrom: flat(read.from ?? ''),
    sourceArn: input.SourceArn ?? input.FromArn ?? read.sourceArn,
    destination: input.Destinations?.length ? input.Destinations : read.destination,
    feedbackTo: read.returnPath,
    configurationSetName: input.ConfigurationSetName ?? read.configurationSetName,
    tags: input.Tags ?? read.tags,
    maxBytes,
    compose: composeRaw(ctx, read),
  });
  return { MessageId };
}

export async function SendTemplatedEmail(ctx: Context, input: SendTemplatedEmailCommandInput) {
  const { TemplateName: templateName, content } = templateNamed(ctx, input.Template);
  const data = parseTemplateData(input.TemplateData);
  const compose = composeTemplate(ctx, envelopeOf(input), { templateName, content, data });
  return { MessageId: await send(ctx, { ...commonOf(input), compose }) };
}

export async function SendBulkTemplatedEmail(ctx: Context, input: SendBulkTemplatedEmailCommandInput) {
  const { TemplateName: templateName, content } = templateNamed(ctx, input.Template);
  const defaults = parseTemplateData(input.DefaultTemplateData);
  const destinations = input.Destinations ?? [];
  if (destinations.length === 0) throw badRequest('Destinations list cannot be empty.');
  if (destinations.length > mostEntries) throw badRequest(`The number of destinations exceeds ${mostEntries}.`);
  const Status: BulkEmailDestinationStatus[] = [];
  for (const { Destination: to, ReplacementTags = [], ReplacementTemplateData } of destinations) {
    const one = { ...input, Destination: to ?? {}, Tags: [...(input.DefaultTags ?? []), ...ReplacementTags] };
    try {
      const data = { ...defaults, ...parseTemplateData(ReplacementTemplateData) };
      const compose = composeTemplate(ctx, envelopeOf(one), { templateName, content, data });
      Status.push({ Status: 'Success', MessageId: await send(ctx, { ...commonOf(one), compose }) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Status.push({ Status: statuses[error.queryCode ?? error.code] ?? 'Failed', Error: error.message });
    }
  }
  return { Status };
}

const statuses: Record<string, BulkEmailStatus> = lookupTable({
  AccountSendingPausedException: 'AccountSendingPaused',
  ConfigurationSetSendingPausedException: 'ConfigurationSetSendingPaused',
  ConfigurationSetDoesNotExist: 'ConfigurationSetDoesNotExist',
  MailFromDomainNotVerifiedException: 'MailFromDomainNotVerified',
  MessageRejected: 'MessageRejected',
  Throttling: 'AccountThrottled',
  InvalidParameterValue: 'InvalidParameterValue',
});

interface Common {
  Source: string | undefined;
  SourceArn?: string | undefined;
  Destination: Destination | undefined;
  ReplyToAddresses?: string[] | undefined;
  ReturnPath?: string | undefined;
  ConfigurationSetName?: string | undefined;
  Tags?: MessageTag[] | undefined;
}

function commonOf(input: Common): Omit<Outgoing, 'compose'> {
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = input.Destination ?? {};
  return {
    from: input.Source ?? '',
    sourceArn: input.SourceArn,
    destination: [...ToAddresses, ...CcAddresses, ...BccAddresses],
    feedbackTo: input.ReturnPath,
    configurationSetName: input.ConfigurationSetName,
    tags: input.Tags,
    maxBytes,
  };
}

function envelopeOf({ Source = '', Destination, ReplyToAddresses }: Common) {
  return { from: Source, to: Destination?.ToAddresses, cc: Destination?.CcAddresses, replyTo: ReplyToAddresses };
}
