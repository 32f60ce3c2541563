import type { PolicySourceType } from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import { groupRecords, type PolicyHolder } from '../state.ts';
import type { HolderKind } from './holders.ts';
import { documentOf, isOfAws } from './managed-documents.ts';

export interface NamedPolicy {
  id: string;
  type: PolicySourceType;
  text: string;
}

type Holder = PolicyHolder & { PermissionsBoundary?: string; Groups?: string[] };

/** A holder's policies with the names and kinds the simulator gives them, those of a user's groups included. */
export function namedPolicies(
  ctx: Context,
  kind: HolderKind,
  holder: Holder,
): { policies: NamedPolicy[]; boundary: string | undefined } {
  const { store, account } = ctx;
  const groups = (holder.Groups ?? []).map((name) => groupRecords(store, account).get(name.toLowerCase()));
  return {
    policies: [
      ...policiesOf(ctx, kind, holder),
      ...groups.flatMap((group) => (group ? policiesOf(ctx, 'group', group) : [])),
    ],
    boundary:
      holder.PermissionsBoundary === undefined ? undefined : documentOf(store, account, holder.PermissionsBoundary),
  };
}

function policiesOf(ctx: Context, kind: HolderKind, holder: PolicyHolder): NamedPolicy[] {
  const inline = Object.entries(holder.InlinePolicies).map(([id, text]): NamedPolicy => ({ id, type: kind, text }));
  const attached = holder.AttachedPolicies.flatMap((arn): NamedPolicy[] => {
    const text = documentOf(ctx.store, ctx.account, arn);
    const id = arn.slice(arn.lastIndexOf('/') + 1);
    return text === undefined ? [] : [{ id, type: isOfAws(arn) ? 'aws-managed' : 'user-managed', text }];
  });
  return [...inline, ...attached];
}
