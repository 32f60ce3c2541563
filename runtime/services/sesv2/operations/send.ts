import type {
  BulkEmailEntryResult,
  EmailTemplateContent,
  MessageTag,
  SendBulkEmailCommandInput,
  SendEmailCommandInput,
  Template,
} from '@aws-sdk/client-sesv2';
import { flat } from '../../../engines/ses/addresses.ts';
import {
  checkCharsets,
  composeRaw,
  composeSimple,
  composeTemplate,
  type Envelope,
  parseTemplateData,
  readRaw,
} from '../../../engines/ses/contents.ts';
import { badRequest } from '../../../engines/ses/errors.ts';
import { type Outgoing, send } from '../../../engines/ses/send.ts';
import { checkTemplate, templateNamed } from '../../../engines/ses/templates.ts';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';

/** "SendEmail", API version 2: 40 MB with attachments, encoded. */
export const maxBytes = 40 * 1024 * 1024;
const mostEntries = 50;

export async function SendEmail(ctx: Context, input: SendEmailCommandInput) {
  return { MessageId: await send(ctx, outgoingOf(ctx, input)) };
}

function outgoingOf(ctx: Context, input: SendEmailCommandInput): Outgoing {
  const { Simple, Raw, Template: template, ...others } = input.Content ?? {};
  if ([Simple, Raw, template].filter(Boolean).length !== 1 || Object.keys(others).length > 0)
    throw badRequest('Exactly one of Simple, Raw and Template must be specified as the content.');
  const { ToAddresses: to = [], CcAddresses: cc = [], BccAddresses: bcc = [] } = input.Destination ?? {};
  const common = {
    sourceArn: input.FromEmailAddressIdentityArn,
    feedbackTo: input.FeedbackForwardingEmailAddress,
    configurationSetName: input.ConfigurationSetName,
    tags: input.EmailTags,
    destination: [...to, ...cc, ...bcc],
    maxBytes,
  };
  if (Raw) {
    const given = { ...common, from: input.FromEmailAddress, replyTo: input.ReplyToAddresses };
    return rawOutgoing(ctx, Raw.Data ?? new Uint8Array(), given);
  }
  const from = fromOf(input.FromEmailAddress);
  const envelope: Envelope = { from, to, cc, replyTo: input.ReplyToAddresses };
  if (template) return { ...common, from, compose: templateComposer(ctx, envelope, template) };
  const { Subject, Body, Headers, Attachments } = Simple ?? {};
  if (Body?.Text?.Data === undefined && Body?.Html?.Data === undefined)
    throw badRequest('The text body or the HTML body must be specified.');
  checkCharsets([Subject, Body.Text, Body.Html]);
  const content = { Subject: Subject?.Data, Text: Body.Text?.Data, Html: Body.Html?.Data };
  const compose = composeSimple(ctx, { ...envelope, headers: Headers, attachments: Attachments }, content);
  return { ...common, from, compose };
}

/** What parameters do not say, the headers of the mail do. */
function rawOutgoing(
  ctx: Context,
  data: Uint8Array,
  {
    replyTo,
    ...given
  }: Omit<Outgoing, 'from' | 'compose'> & Record<'from', string | undefined> & Record<'replyTo', string[] | undefined>,
): Outgoing {
  const read = readRaw(data);
  return {
    ...given,
    from: fromOf(given.from || read.from),
    alsoFrom: flat(read.from ?? ''),
    destination: given.destination.length > 0 ? given.destination : read.destination,
    feedbackTo: given.feedbackTo ?? read.returnPath,
    sourceArn: given.sourceArn ?? read.sourceArn,
    configurationSetName: given.configurationSetName ?? read.configurationSetName,
    tags: given.tags ?? read.tags,
    compose: composeRaw(ctx, read, replyTo),
  };
}

function fromOf(address: string | undefined): string {
  if (address) return address;
  throw badRequest('FromEmailAddress must be specified.');
}

function templateComposer(ctx: Context, envelope: Envelope, template: Template): Outgoing['compose'] {
  const { TemplateName, TemplateArn, TemplateContent, TemplateData, Headers, Attachments } = template;
  const templateName = TemplateName ?? parseArn(TemplateArn ?? '')?.resource.replace('template/', '');
  if ([templateName, TemplateContent].filter((one) => one !== undefined).length !== 1)
    throw badRequest('Exactly one of TemplateName, TemplateArn and TemplateContent must be specified.');
  if (TemplateContent) checkTemplate('inline', TemplateContent);
  const content: EmailTemplateContent = TemplateContent ?? templateNamed(ctx, templateName).content;
  const data = parseTemplateData(TemplateData);
  const whole = { ...envelope, headers: Headers, attachments: Attachments };
  return composeTemplate(ctx, whole, { templateName: templateName ?? 'inline', content, data });
}

/** Each entry is a mail of its own; what is wrong with one is told of that one. */
export async function SendBulkEmail(ctx: Context, input: SendBulkEmailCommandInput) {
  const { DefaultContent, BulkEmailEntries: entries = [] } = input;
  const template = DefaultContent?.Template;
  if (!template) throw badRequest('DefaultContent must have a template.');
  if (entries.length === 0) throw badRequest('At least one destination must be specified.');
  if (entries.length > mostEntries) throw badRequest(`The number of destinations exceeds ${mostEntries}.`);
  const defaults = parseTemplateData(template.TemplateData);
  if (template.TemplateName !== undefined) templateNamed(ctx, template.TemplateName);
  const results: BulkEmailEntryResult[] = [];
  for (const { Destination, ReplacementEmailContent, ReplacementTags, ReplacementHeaders } of entries) {
    const { ToAddresses: to = [], CcAddresses: cc = [], BccAddresses: bcc = [] } = Destination ?? {};
    try {
      const own = ReplacementEmailContent?.ReplacementTemplate?.ReplacementTemplateData;
      const TemplateData = JSON.stringify({ ...defaults, ...parseTemplateData(own) });
      const from = fromOf(input.FromEmailAddress);
      const filled = { ...template, TemplateData, Headers: ReplacementHeaders ?? template.Headers };
      const MessageId = await send(ctx, {
        from,
        sourceArn: input.FromEmailAddressIdentityArn,
        feedbackTo: input.FeedbackForwardingEmailAddress,
        destination: [...to, ...cc, ...bcc],
        configurationSetName: input.ConfigurationSetName,
        tags: tagsOf(input.DefaultEmailTags, ReplacementTags),
        maxBytes,
        compose: templateComposer(ctx, { from, to, cc, replyTo: input.ReplyToAddresses }, filled),
      });
      results.push({ Status: 'SUCCESS', MessageId });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      results.push({ Status: statusOf(error), Error: error.message });
    }
  }
  return { BulkEmailEntryResults: results };
}

/** By what went wrong, as the first API names it, or else this one. */
function statusOf({ code, queryCode = '' }: AwsError): BulkEmailEntryResult['Status'] {
  return statuses[queryCode] ?? statuses[code] ?? 'FAILED';
}

const statuses: Record<string, BulkEmailEntryResult['Status']> = lookupTable({
  AccountSendingPausedException: 'ACCOUNT_SENDING_PAUSED',
  ConfigurationSetSendingPausedException: 'CONFIGURATION_SET_SENDING_PAUSED',
  ConfigurationSetDoesNotExist: 'CONFIGURATION_SET_NOT_FOUND',
  MailFromDomainNotVerifiedException: 'MAIL_FROM_DOMAIN_NOT_VERIFIED',
  MessageRejected: 'MESSAGE_REJECTED',
  TooManyRequestsException: 'ACCOUNT_THROTTLED',
  BadRequestException: 'INVALID_PARAMETER',
});

function tagsOf(defaults: MessageTag[] = [], own: MessageTag[] = []): MessageTag[] {
  return [...defaults.filter(({ Name }) => !own.some((tag) => tag.Name === Name)), ...own];
}
