import type { SendBulkEmailCommandInput, SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { readRaw } from '../../engines/ses/contents.ts';
import { policyOf, sendAccess } from '../../engines/ses/send-access.ts';
import { configurationSetArn, identities, identityArn, templateArn } from '../../engines/ses/state.ts';
import type { Access, Context } from '../../kernel/service.ts';

/** "Actions, resources, and condition keys for Amazon SES". */
export function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access[] {
  if (operation === 'SendEmail') return sendEmailAccess(ctx, input as unknown as SendEmailCommandInput);
  if (operation === 'SendBulkEmail') return sendBulkAccess(ctx, input as unknown as SendBulkEmailCommandInput);
  const action = `ses:${operation}`;
  const conditions = { 'ses:ApiVersion': '2' };
  const { EmailIdentity, ConfigurationSetName, TemplateName, ResourceArn } = input as Record<
    string,
    string | undefined
  >;
  if (EmailIdentity !== undefined) {
    const identity = identities(ctx, ctx).get(EmailIdentity);
    const resourcePolicy = identity && policyOf(identity);
    return [{ action, conditions, resource: identityArn(ctx, EmailIdentity), resourcePolicy }];
  }
  if (ConfigurationSetName !== undefined && operation !== 'ListConfigurationSets')
    return [{ action, conditions, resource: configurationSetArn(ctx, ConfigurationSetName) }];
  if (TemplateName !== undefined) return [{ action, conditions, resource: templateArn(ctx, TemplateName) }];
  return [{ action, conditions, resource: ResourceArn ?? '*' }];
}

/** Raw content asks for SendRawEmail in this API too. */
function sendEmailAccess(ctx: Context, input: SendEmailCommandInput): Access[] {
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = input.Destination ?? {};
  const given = [...ToAddresses, ...CcAddresses, ...BccAddresses];
  const data = input.Content?.Raw?.Data;
  const read = data && readRaw(data);
  return sendAccess(ctx, {
    action: data ? 'ses:SendRawEmail' : 'ses:SendEmail',
    apiVersion: '2',
    from: input.FromEmailAddress ?? read?.from ?? '',
    recipients: given.length > 0 ? given : (read?.destination ?? []),
    feedbackTo: input.FeedbackForwardingEmailAddress,
    sourceArn: input.FromEmailAddressIdentityArn ?? read?.sourceArn,
    configurationSetName: input.ConfigurationSetName ?? read?.configurationSetName,
    templateName: input.Content?.Template?.TemplateName,
  });
}

function sendBulkAccess(ctx: Context, input: SendBulkEmailCommandInput): Access[] {
  return sendAccess(ctx, {
    action: 'ses:SendBulkEmail',
    apiVersion: '2',
    from: input.FromEmailAddress ?? '',
    recipients: (input.BulkEmailEntries ?? []).flatMap(({ Destination }) => [
      ...(Destination?.ToAddresses ?? []),
      ...(Destination?.CcAddresses ?? []),
      ...(Destination?.BccAddresses ?? []),
    ]),
    feedbackTo: input.FeedbackForwardingEmailAddress,
    sourceArn: input.FromEmailAddressIdentityArn,
    configurationSetName: input.ConfigurationSetName,
    templateName: input.DefaultContent?.Template?.TemplateName,
  });
}
