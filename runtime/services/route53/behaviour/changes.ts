import type { ChangeInfo } from '@aws-sdk/client-route-53';
import type { Context } from '../../../kernel/service.ts';
import { type Change, changes } from '../state.ts';

/** On AWS "changes generally propagate to all name servers within 60 seconds"; here there is one, which answers at once. */
const propagationMs = 1000;
const keptMs = 24 * 60 * 60_000;
const mostKept = 1000;

export function recordChange(ctx: Context, Comment?: string): ChangeInfo {
  const change: Change = { Id: `C${ctx.ids.upper(20)}`, submittedMs: ctx.clock.now(), Comment };
  const kept = changes(ctx, ctx);
  if (kept.size >= mostKept)
    for (const old of kept.values()) if (old.submittedMs < ctx.clock.now() - keptMs) kept.delete(old.Id);
  kept.put(change.Id, change);
  return describeChange(ctx, change);
}

export function describeChange(ctx: Context, change: Change): ChangeInfo {
  return {
    Id: `/change/${change.Id}`,
    Status: ctx.clock.now() < change.submittedMs + propagationMs ? 'PENDING' : 'INSYNC',
    SubmittedAt: new Date(change.submittedMs),
    Comment: change.Comment,
  };
}
