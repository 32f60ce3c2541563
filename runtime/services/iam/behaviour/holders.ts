import type { Context } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import { invalidName, noSuchEntity, unmodifiableEntity } from '../errors.ts';
import {
  type GroupRecord,
  groupRecords,
  type PolicyHolder,
  type RoleRecord,
  roleRecords,
  type UserRecord,
  userRecords,
} from '../state.ts';

/** The three kinds of identity that policies are put on or attached to, for operations that treat them alike. */
export type HolderKind = 'role' | 'user' | 'group';

export function findRole(ctx: Context, name: string | undefined): RoleRecord {
  return roleRecords(ctx.store, ctx.account).get((name ?? '').toLowerCase()) ?? missing('role', name);
}

export function findUser(ctx: Context, name: string | undefined): UserRecord {
  return userRecords(ctx.store, ctx.account).get((name ?? '').toLowerCase()) ?? missing('user', name);
}

export function findGroup(ctx: Context, name: string | undefined): GroupRecord {
  return groupRecords(ctx.store, ctx.account).get((name ?? '').toLowerCase()) ?? missing('group', name);
}

export function findHolder(ctx: Context, kind: HolderKind, name: string | undefined): PolicyHolder {
  return holders(ctx, kind).get((name ?? '').toLowerCase()) ?? missing(kind, name);
}

export function saveHolder(ctx: Context, kind: HolderKind, name: string, holder: PolicyHolder): void {
  holders(ctx, kind).put(name.toLowerCase(), holder);
}

/** Every role, user and group of the account with its kind and name. */
export function allHolders(ctx: Context): { kind: HolderKind; name: string; holder: PolicyHolder }[] {
  const { store, account } = ctx;
  return [
    ...roleRecords(store, account)
      .values()
      .map((holder) => ({ kind: 'role' as const, name: holder.RoleName, holder })),
    ...userRecords(store, account)
      .values()
      .map((holder) => ({ kind: 'user' as const, name: holder.UserName, holder })),
    ...groupRecords(store, account)
      .values()
      .map((holder) => ({ kind: 'group' as const, name: holder.GroupName, holder })),
  ];
}

/** Service-linked roles are changed by their service only ("Using service-linked roles", IAM User Guide). */
export function refuseIfServiceLinked(role: PolicyHolder, name: string): void {
  if (!role.Path.startsWith('/aws-service-role/')) return;
  throw unmodifiableEntity(
    `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS`,
  );
}

function holders(ctx: Context, kind: HolderKind): Collection<PolicyHolder> {
  const records = { role: roleRecords, user: userRecords, group: groupRecords }[kind];
  return records(ctx.store, ctx.account) as Collection<PolicyHolder>;
}

/** An ARN where a name belongs, the commonest slip of templates, is told of as such. */
function missing(kind: HolderKind, name: string | undefined): never {
  if (!/^[\w+=,.@-]*$/.test(name ?? '')) throw invalidName(`${kind}Name`);
  throw noSuchEntity(`The ${kind} with name ${name} cannot be found.`);
}
