import type {
  DeleteIdentityPolicyCommandInput,
  GetIdentityDkimAttributesCommandInput,
  GetIdentityMailFromDomainAttributesCommandInput,
  GetIdentityNotificationAttributesCommandInput,
  GetIdentityPoliciesCommandInput,
  IdentityDkimAttributes,
  IdentityMailFromDomainAttributes,
  IdentityNotificationAttributes,
  ListIdentityPoliciesCommandInput,
  PutIdentityPolicyCommandInput,
  SetIdentityDkimEnabledCommandInput,
  SetIdentityFeedbackForwardingEnabledCommandInput,
  SetIdentityHeadersInNotificationsEnabledCommandInput,
  SetIdentityMailFromDomainCommandInput,
  SetIdentityNotificationTopicCommandInput,
} from '@aws-sdk/client-ses';
import { badRequest } from '../../../engines/ses/errors.ts';
import { changeIdentity, hasMailFromRecord, identityName, identityNamed } from '../../../engines/ses/identities.ts';
import { checkPolicy } from '../../../engines/ses/policies.ts';
import { asSes, publishTo } from '../../../engines/ses/publish-event.ts';
import { type FeedbackType, identities, identityArn } from '../../../engines/ses/state.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { known, statusOf } from './identities.ts';

export function GetIdentityDkimAttributes(ctx: Context, input: GetIdentityDkimAttributesCommandInput) {
  const DkimAttributes: Record<string, IdentityDkimAttributes> = {};
  for (const [name, { IdentityType, VerificationStatus, dkim }] of known(ctx, input.Identities)) {
    const domain = IdentityType === 'DOMAIN';
    DkimAttributes[name] = {
      DkimEnabled: domain && dkim.SigningEnabled,
      DkimVerificationStatus: domain
        ? dkim.verified
          ? 'Success'
          : statusOf(VerificationStatus === 'FAILED' ? 'FAILED' : 'PENDING')
        : 'NotStarted',
      ...(domain ? { DkimTokens: dkim.Tokens } : {}),
    };
  }
  return { DkimAttributes };
}

export function SetIdentityDkimEnabled(ctx: Context, input: SetIdentityDkimEnabledCommandInput) {
  const { dkim } = identityNamed(ctx, input.Identity);
  changeIdentity(ctx, input.Identity, { dkim: { ...dkim, SigningEnabled: input.DkimEnabled ?? false } });
  return {};
}

export function GetIdentityNotificationAttributes(ctx: Context, input: GetIdentityNotificationAttributesCommandInput) {
  const NotificationAttributes: Record<string, IdentityNotificationAttributes> = {};
  for (const [name, { topics, headersIn, FeedbackForwardingStatus }] of known(ctx, input.Identities))
    NotificationAttributes[name] = {
      BounceTopic: topics.Bounce ?? '',
      ComplaintTopic: topics.Complaint ?? '',
      DeliveryTopic: topics.Delivery ?? '',
      ForwardingEnabled: FeedbackForwardingStatus,
      HeadersInBounceNotificationsEnabled: headersIn.Bounce ?? false,
      HeadersInComplaintNotificationsEnabled: headersIn.Complaint ?? false,
      HeadersInDeliveryNotificationsEnabled: headersIn.Delivery ?? false,
    };
  return { NotificationAttributes };
}

/** SES says so to the topic, which must let it in. Without a topic the notifications end. */
export async function SetIdentityNotificationTopic(ctx: Context, input: SetIdentityNotificationTopicCommandInput) {
  const { topics } = identityNamed(ctx, input.Identity);
  const type = feedbackType(input.NotificationType);
  const { [type]: _old, ...others } = topics;
  const topic = input.SnsTopic;
  if (topic) {
    const message = `You have successfully subscribed your Amazon SNS topic '${topic}' to receive '${type}' notifications from Amazon SES for identity '${input.Identity}'.`;
    const text = JSON.stringify({ notificationType: 'AmazonSnsSubscriptionSucceeded', message });
    try {
      await publishTo(asSes(ctx, ctx, identityArn(ctx, input.Identity ?? '')), topic, text);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw badRequest(`Could not publish to SNS topic <${topic}>: ${error.message}`);
    }
  }
  changeIdentity(ctx, input.Identity, { topics: topic ? { ...others, [type]: topic } : others });
  return {};
}

export function SetIdentityHeadersInNotificationsEnabled(
  ctx: Context,
  input: SetIdentityHeadersInNotificationsEnabledCommandInput,
) {
  const { headersIn } = identityNamed(ctx, input.Identity);
  const type = feedbackType(input.NotificationType);
  changeIdentity(ctx, input.Identity, { headersIn: { ...headersIn, [type]: input.Enabled ?? false } });
  return {};
}

/** Bounces and complaints have to go somewhere: mail stays on while a topic for one of them is missing. */
export function SetIdentityFeedbackForwardingEnabled(
  ctx: Context,
  input: SetIdentityFeedbackForwardingEnabledCommandInput,
) {
  const { topics } = identityNamed(ctx, input.Identity);
  const FeedbackForwardingStatus = input.ForwardingEnabled ?? false;
  if (!FeedbackForwardingStatus && !(topics.Bounce && topics.Complaint))
    throw badRequest('Feedback forwarding can be disabled only when both bounce and complaint topics are set.');
  changeIdentity(ctx, input.Identity, { FeedbackForwardingStatus });
  return {};
}

export function GetIdentityMailFromDomainAttributes(
  ctx: Context,
  input: GetIdentityMailFromDomainAttributesCommandInput,
) {
  const MailFromDomainAttributes: Record<string, IdentityMailFromDomainAttributes> = {};
  for (const [name, { MailFromDomain, BehaviorOnMxFailure }] of known(ctx, input.Identities)) {
    if (MailFromDomain === undefined) continue;
    MailFromDomainAttributes[name] = {
      MailFromDomain,
      MailFromDomainStatus: hasMailFromRecord(ctx, ctx, MailFromDomain) ? 'Success' : 'Pending',
      BehaviorOnMXFailure: BehaviorOnMxFailure === 'REJECT_MESSAGE' ? 'RejectMessage' : 'UseDefaultValue',
    };
  }
  return { MailFromDomainAttributes };
}

export function SetIdentityMailFromDomain(ctx: Context, input: SetIdentityMailFromDomainCommandInput) {
  const { MailFromDomain: _old, ...rest } = identityNamed(ctx, input.Identity);
  const { MailFromDomain, BehaviorOnMXFailure } = input;
  identities(ctx, ctx).put(rest.EmailIdentity, {
    ...rest,
    BehaviorOnMxFailure: BehaviorOnMXFailure === 'RejectMessage' ? 'REJECT_MESSAGE' : 'USE_DEFAULT_VALUE',
    ...(MailFromDomain ? { MailFromDomain: identityName(MailFromDomain) } : {}),
  });
  return {};
}

export function PutIdentityPolicy(ctx: Context, input: PutIdentityPolicyCommandInput) {
  const { policies } = identityNamed(ctx, input.Identity);
  const { PolicyName = '', Policy = '' } = input;
  if (!/^[\w-]{1,64}$/.test(PolicyName)) throw badRequest(`Invalid policy name <${PolicyName}>.`);
  checkPolicy(Policy);
  changeIdentity(ctx, input.Identity, { policies: { ...policies, [PolicyName]: Policy } });
  return {};
}

export function DeleteIdentityPolicy(ctx: Context, input: DeleteIdentityPolicyCommandInput) {
  const { [input.PolicyName ?? '']: _gone, ...policies } = identityNamed(ctx, input.Identity).policies;
  changeIdentity(ctx, input.Identity, { policies });
  return {};
}

export function ListIdentityPolicies(ctx: Context, input: ListIdentityPoliciesCommandInput) {
  return { PolicyNames: Object.keys(identityNamed(ctx, input.Identity).policies) };
}

export function GetIdentityPolicies(ctx: Context, input: GetIdentityPoliciesCommandInput) {
  const { policies } = identityNamed(ctx, input.Identity);
  const asked = Object.entries(policies).filter(([name]) => input.PolicyNames?.includes(name));
  return { Policies: Object.fromEntries(asked) };
}

function feedbackType(type: string | undefined): FeedbackType {
  if (type === 'Bounce' || type === 'Complaint' || type === 'Delivery') return type;
  throw badRequest(`Invalid notification type <${type}>.`);
}
