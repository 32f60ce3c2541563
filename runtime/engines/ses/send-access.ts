import { parseArn } from '../../kernel/arn.ts';
import type { Access, Context } from '../../kernel/service.ts';
import { displayName, flat } from './addresses.ts';
import { identityFor } from './identities.ts';
import { isSimulator } from './recipients.ts';
import { configurationSetArn, type Identity, identities, identityArn, sendingAccount, templateArn } from './state.ts';

export interface SendingRight {
  action:
    | 'ses:SendEmail'
    | 'ses:SendRawEmail'
    | 'ses:SendTemplatedEmail'
    | 'ses:SendBulkTemplatedEmail'
    | 'ses:SendBulkEmail';
  apiVersion: '1' | '2';
  from: string;
  recipients: string[];
  feedbackTo?: string | undefined;
  /** Of the identity, where it is given. */
  sourceArn?: string | undefined;
  configurationSetName?: string | undefined;
  templateName?: string | undefined;
}

/**
 * "Actions, resources, and condition keys for Amazon SES": the identity that is sent from, with the configuration set and
 * the template that are used. The identity's own policies decide beside the caller's ("Using sending authorization").
 */
export function sendAccess(ctx: Context, right: SendingRight): Access[] {
  const { action, apiVersion, configurationSetName, templateName } = right;
  const [from = ''] = flat(right.from);
  const conditions = {
    'ses:ApiVersion': apiVersion,
    'ses:FromAddress': from,
    'ses:FromDisplayName': displayName(right.from),
    'ses:FeedbackAddress': flat(right.feedbackTo ?? right.from)[0] ?? '',
    'ses:Recipients': right.recipients.flatMap(flat),
  };
  const used = identityOf(ctx, right, from);
  return [
    {
      action,
      conditions,
      resource: used.arn,
      resourceAccount: used.account,
      ...(used.identity ? { resourcePolicy: policyOf(used.identity) } : {}),
    },
    ...recipientArns(ctx, conditions['ses:Recipients'], used.arn).map((resource) => ({ action, conditions, resource })),
    ...(configurationSetName === undefined
      ? []
      : [{ action, conditions, resource: configurationSetArn(ctx, configurationSetName) }]),
    ...(templateName === undefined ? [] : [{ action, conditions, resource: templateArn(ctx, templateName) }]),
  ];
}

/**
 * In the sandbox the permission must cover the identities of the recipients too. AWS's documentation does not say so; its
 * refusals name them (aws/aws-sdk-js issue 3641).
 */
function recipientArns(ctx: Context, recipients: readonly string[], senderArn: string): string[] {
  if (sendingAccount(ctx, ctx).ProductionAccessEnabled) return [];
  const arns = recipients
    .filter((address) => !isSimulator(address))
    .map((address) => identityArn(ctx, identityFor(ctx, ctx, address)?.EmailIdentity ?? address));
  return [...new Set(arns)].filter((arn) => arn !== senderArn);
}

function identityOf(
  ctx: Context,
  { sourceArn }: SendingRight,
  from: string,
): { arn: string; account: string; identity: Identity | undefined } {
  const arn = parseArn(sourceArn ?? '');
  if (sourceArn !== undefined && arn) {
    const identity = identities(ctx, arn).get(arn.resource.replace('identity/', ''));
    return { arn: sourceArn, account: arn.account, identity };
  }
  const identity = from === '' ? undefined : identityFor(ctx, ctx, from);
  return { arn: identityArn(ctx, identity?.EmailIdentity ?? from), account: ctx.account, identity };
}

/** The policies of an identity count together. */
export function policyOf({ policies }: Identity): string | undefined {
  const texts = Object.values(policies);
  if (texts.length < 2) return texts[0];
  const Statement = texts.flatMap((text) => (JSON.parse(text) as { Statement: object | object[] }).Statement);
  return JSON.stringify({ Version: '2012-10-17', Statement });
}
