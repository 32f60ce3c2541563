import type { UpdateAccountSendingEnabledCommandInput } from '@aws-sdk/client-ses';
import { quartersSince, quotaOf } from '../../../engines/ses/quota.ts';
import { putSendingAccount, sendingAccount } from '../../../engines/ses/state.ts';
import type { Context } from '../../../kernel/service.ts';

export function GetSendQuota(ctx: Context) {
  return quotaOf(ctx, ctx);
}

export function GetSendStatistics(ctx: Context) {
  return {
    SendDataPoints: quartersSince(ctx, ctx).map(({ startMs, ...counts }) => ({
      Timestamp: new Date(startMs),
      ...counts,
    })),
  };
}

export function GetAccountSendingEnabled(ctx: Context) {
  return { Enabled: sendingAccount(ctx, ctx).SendingEnabled };
}

export function UpdateAccountSendingEnabled(ctx: Context, input: UpdateAccountSendingEnabledCommandInput) {
  putSendingAccount(ctx, ctx, { SendingEnabled: input.Enabled ?? false });
}
