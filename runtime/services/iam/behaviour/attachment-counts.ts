import type { Context } from '../../../kernel/service.ts';
import { roleRecords, userRecords } from '../state.ts';
import { allHolders } from './holders.ts';

/** How many identities each managed policy is attached to, and how many it bounds. */
export function attachmentCounts(ctx: Context): (arn: string) => { attached: number; boundary: number } {
  const attached = new Map<string, number>();
  const boundaries = new Map<string, number>();
  const count = (counts: Map<string, number>, arn: string): void => void counts.set(arn, (counts.get(arn) ?? 0) + 1);
  for (const { holder } of allHolders(ctx)) for (const arn of holder.AttachedPolicies) count(attached, arn);
  for (const { PermissionsBoundary } of [
    ...roleRecords(ctx.store, ctx.account).values(),
    ...userRecords(ctx.store, ctx.account).values(),
  ]) {
    if (PermissionsBoundary !== undefined) count(boundaries, PermissionsBoundary);
  }
  return (arn) => ({ attached: attached.get(arn) ?? 0, boundary: boundaries.get(arn) ?? 0 });
}
