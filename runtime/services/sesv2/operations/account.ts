import type {
  PutAccountDetailsCommandInput,
  PutAccountSendingAttributesCommandInput,
  PutAccountSuppressionAttributesCommandInput,
} from '@aws-sdk/client-sesv2';
import { badRequest } from '../../../engines/ses/errors.ts';
import { quotaOf } from '../../../engines/ses/quota.ts';
import { putSendingAccount, sendingAccount } from '../../../engines/ses/state.ts';
import type { Context } from '../../../kernel/service.ts';

export function GetAccount(ctx: Context) {
  const { ProductionAccessEnabled, SendingEnabled, SuppressedReasons, Details } = sendingAccount(ctx, ctx);
  return {
    DedicatedIpAutoWarmupEnabled: false,
    EnforcementStatus: 'HEALTHY',
    ProductionAccessEnabled,
    SendingEnabled,
    SendQuota: quotaOf(ctx, ctx),
    SuppressionAttributes: { SuppressedReasons },
    ...(Details ? { Details } : {}),
  };
}

/** On AWS somebody reads it for a day; here production access is granted at once (decisions/0019). */
export function PutAccountDetails(ctx: Context, input: PutAccountDetailsCommandInput) {
  const { ProductionAccessEnabled, ...given } = input;
  if (!/^https?:\/\/\S+$/.test(given.WebsiteURL ?? '')) throw badRequest(`Invalid website URL <${given.WebsiteURL}>.`);
  if (given.MailType !== 'MARKETING' && given.MailType !== 'TRANSACTIONAL')
    throw badRequest(`Invalid mail type <${given.MailType}>.`);
  const ReviewDetails = { Status: 'GRANTED', CaseId: String(ctx.clock.now()) } as const;
  putSendingAccount(ctx, ctx, {
    Details: { ...given, ReviewDetails },
    ...(ProductionAccessEnabled === undefined ? {} : { ProductionAccessEnabled }),
  });
  return {};
}

export function PutAccountSendingAttributes(ctx: Context, input: PutAccountSendingAttributesCommandInput) {
  putSendingAccount(ctx, ctx, { SendingEnabled: input.SendingEnabled ?? false });
  return {};
}

export function PutAccountSuppressionAttributes(ctx: Context, input: PutAccountSuppressionAttributesCommandInput) {
  putSendingAccount(ctx, ctx, { SuppressedReasons: input.SuppressedReasons ?? [] });
  return {};
}
