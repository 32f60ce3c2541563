import type {
  AttachGroupPolicyCommandInput,
  AttachRolePolicyCommandInput,
  AttachUserPolicyCommandInput,
  DetachGroupPolicyCommandInput,
  DetachRolePolicyCommandInput,
  DetachUserPolicyCommandInput,
  ListAttachedGroupPoliciesCommandInput,
  ListAttachedRolePoliciesCommandInput,
  ListAttachedUserPoliciesCommandInput,
  ListEntitiesForPolicyCommandInput,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import { allHolders, findHolder, type HolderKind, refuseIfServiceLinked, saveHolder } from '../behaviour/holders.ts';
import { checkAttachable, findPolicy, lookUp } from '../behaviour/managed-documents.ts';
import { type PageRequest, pageOf } from '../behaviour/pages.ts';
import { limitExceeded, noSuchEntity } from '../errors.ts';
import { roleRecords, userRecords } from '../state.ts';

export function AttachRolePolicy(ctx: Context, input: AttachRolePolicyCommandInput): void {
  attach(ctx, 'role', input.RoleName, input.PolicyArn);
}

export function AttachUserPolicy(ctx: Context, input: AttachUserPolicyCommandInput): void {
  attach(ctx, 'user', input.UserName, input.PolicyArn);
}

export function AttachGroupPolicy(ctx: Context, input: AttachGroupPolicyCommandInput): void {
  attach(ctx, 'group', input.GroupName, input.PolicyArn);
}

export function DetachRolePolicy(ctx: Context, input: DetachRolePolicyCommandInput): void {
  detach(ctx, 'role', input.RoleName, input.PolicyArn);
}

export function DetachUserPolicy(ctx: Context, input: DetachUserPolicyCommandInput): void {
  detach(ctx, 'user', input.UserName, input.PolicyArn);
}

export function DetachGroupPolicy(ctx: Context, input: DetachGroupPolicyCommandInput): void {
  detach(ctx, 'group', input.GroupName, input.PolicyArn);
}

export function ListAttachedRolePolicies(ctx: Context, input: ListAttachedRolePoliciesCommandInput): object {
  return list(ctx, 'role', input.RoleName, input);
}

export function ListAttachedUserPolicies(ctx: Context, input: ListAttachedUserPoliciesCommandInput): object {
  return list(ctx, 'user', input.UserName, input);
}

export function ListAttachedGroupPolicies(ctx: Context, input: ListAttachedGroupPoliciesCommandInput): object {
  return list(ctx, 'group', input.GroupName, input);
}

export function ListEntitiesForPolicy(ctx: Context, input: ListEntitiesForPolicyCommandInput): object {
  const { Arn } = findPolicy(ctx, input.PolicyArn);
  const found =
    input.PolicyUsageFilter === 'PermissionsBoundary'
      ? boundedBy(ctx, Arn)
      : allHolders(ctx).filter(({ holder }) => holder.AttachedPolicies.includes(Arn));
  const wanted = found
    .filter(({ holder }) => holder.Path.startsWith(input.PathPrefix ?? '/'))
    .filter(({ kind }) => input.EntityFilter === undefined || input.EntityFilter.toLowerCase() === kind);
  const { items, ...rest } = pageOf(wanted, ({ kind, name }) => `${kind}/${name}`, input);
  const of = (kind: HolderKind): { name: string; id: string }[] =>
    items.filter((item) => item.kind === kind).map(({ name, holder }) => ({ name, id: idOf(holder) }));
  return {
    PolicyRoles: of('role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
    PolicyUsers: of('user').map(({ name, id }) => ({ UserName: name, UserId: id })),
    PolicyGroups: of('group').map(({ name, id }) => ({ GroupName: name, GroupId: id })),
    ...rest,
  };
}

/** Managed policies of one identity, by default ("IAM and AWS STS quotas", IAM User Guide). */
const ATTACHED_LIMIT = 10;
const quotaNames: Record<HolderKind, string> = {
  role: 'PoliciesPerRole',
  user: 'PoliciesPerUser',
  group: 'PoliciesPerGroup',
};

function attach(ctx: Context, kind: HolderKind, name: string | undefined, policyArn: string | undefined): void {
  const holder = findHolder(ctx, kind, name);
  if (kind === 'role') refuseIfServiceLinked(holder, name ?? '');
  const arn = checkAttachable(ctx, policyArn);
  if (holder.AttachedPolicies.includes(arn)) return;
  if (holder.AttachedPolicies.length >= ATTACHED_LIMIT) {
    throw limitExceeded(`Cannot exceed quota for ${quotaNames[kind]}: ${ATTACHED_LIMIT}`);
  }
  saveHolder(ctx, kind, name ?? '', { ...holder, AttachedPolicies: [...holder.AttachedPolicies, arn] });
}

function detach(ctx: Context, kind: HolderKind, name: string | undefined, policyArn: string | undefined): void {
  const holder = findHolder(ctx, kind, name);
  if (kind === 'role') refuseIfServiceLinked(holder, name ?? '');
  if (!holder.AttachedPolicies.includes(policyArn ?? '')) throw noSuchEntity(`Policy ${policyArn} was not found.`);
  saveHolder(ctx, kind, name ?? '', {
    ...holder,
    AttachedPolicies: holder.AttachedPolicies.filter((arn) => arn !== policyArn),
  });
}

function list(
  ctx: Context,
  kind: HolderKind,
  name: string | undefined,
  request: PageRequest & { PathPrefix?: string | undefined },
): object {
  const policies = findHolder(ctx, kind, name)
    .AttachedPolicies.map((arn) => lookUp(ctx, arn))
    .filter((policy) => policy?.Path.startsWith(request.PathPrefix ?? '/'));
  const { items, ...rest } = pageOf(policies, (policy) => policy?.PolicyName ?? '', request);
  return {
    AttachedPolicies: items.map((policy) => ({ PolicyName: policy?.PolicyName, PolicyArn: policy?.Arn })),
    ...rest,
  };
}

function boundedBy(ctx: Context, arn: string): ReturnType<typeof allHolders> {
  const roles = roleRecords(ctx.store, ctx.account);
  const users = userRecords(ctx.store, ctx.account);
  return allHolders(ctx).filter(({ kind, name }) => {
    const records = kind === 'role' ? roles : kind === 'user' ? users : undefined;
    return records?.get(name.toLowerCase())?.PermissionsBoundary === arn;
  });
}

function idOf(holder: object): string {
  if ('RoleId' in holder) return String(holder.RoleId);
  if ('UserId' in holder) return String(holder.UserId);
  return 'GroupId' in holder ? String(holder.GroupId) : '';
}
