import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { roleUseRecords } from '../state.ts';

const HOUR_MS = 3_600_000;

/** Noted once an hour at most: AWS too tells it with a delay ("View last accessed information for IAM", IAM User Guide). */
export function noteUse(ctx: Context, roleArn: string): void {
  const uses = roleUseRecords(ctx.store, parseArn(roleArn)?.account ?? '');
  const now = ctx.clock.now();
  const last = uses.get(roleArn);
  if (last && now - last.LastUsedDate < HOUR_MS) return;
  uses.put(roleArn, { LastUsedDate: Math.floor(now / 1000) * 1000, Region: ctx.region });
}

/** Empty for a role that was never used. */
export function roleLastUsed(ctx: Context, roleArn: string): { LastUsedDate?: Date; Region?: string } {
  const last = roleUseRecords(ctx.store, ctx.account).get(roleArn);
  return last ? { LastUsedDate: new Date(last.LastUsedDate), Region: last.Region } : {};
}
