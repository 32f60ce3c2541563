import type {
  DeleteGroupPolicyCommandInput,
  DeleteRolePolicyCommandInput,
  DeleteUserPolicyCommandInput,
  GetGroupPolicyCommandInput,
  GetRolePolicyCommandInput,
  GetUserPolicyCommandInput,
  ListGroupPoliciesCommandInput,
  ListRolePoliciesCommandInput,
  ListUserPoliciesCommandInput,
  PutGroupPolicyCommandInput,
  PutRolePolicyCommandInput,
  PutUserPolicyCommandInput,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import { checkDocument, encodeDocument, sizeOf } from '../behaviour/documents.ts';
import { findHolder, type HolderKind, refuseIfServiceLinked, saveHolder } from '../behaviour/holders.ts';
import { checkName } from '../behaviour/names.ts';
import { type PageRequest, pageOf } from '../behaviour/pages.ts';
import { limitExceeded, noSuchEntity } from '../errors.ts';

export function PutRolePolicy(ctx: Context, input: PutRolePolicyCommandInput): void {
  put(ctx, 'role', input.RoleName, input);
}

export function PutUserPolicy(ctx: Context, input: PutUserPolicyCommandInput): void {
  put(ctx, 'user', input.UserName, input);
}

export function PutGroupPolicy(ctx: Context, input: PutGroupPolicyCommandInput): void {
  put(ctx, 'group', input.GroupName, input);
}

export function GetRolePolicy(ctx: Context, input: GetRolePolicyCommandInput): object {
  return { RoleName: input.RoleName, ...get(ctx, 'role', input.RoleName, input.PolicyName) };
}

export function GetUserPolicy(ctx: Context, input: GetUserPolicyCommandInput): object {
  return { UserName: input.UserName, ...get(ctx, 'user', input.UserName, input.PolicyName) };
}

export function GetGroupPolicy(ctx: Context, input: GetGroupPolicyCommandInput): object {
  return { GroupName: input.GroupName, ...get(ctx, 'group', input.GroupName, input.PolicyName) };
}

export function ListRolePolicies(ctx: Context, input: ListRolePoliciesCommandInput): object {
  return list(ctx, 'role', input.RoleName, input);
}

export function ListUserPolicies(ctx: Context, input: ListUserPoliciesCommandInput): object {
  return list(ctx, 'user', input.UserName, input);
}

export function ListGroupPolicies(ctx: Context, input: ListGroupPoliciesCommandInput): object {
  return list(ctx, 'group', input.GroupName, input);
}

export function DeleteRolePolicy(ctx: Context, input: DeleteRolePolicyCommandInput): void {
  remove(ctx, 'role', input.RoleName, input.PolicyName);
}

export function DeleteUserPolicy(ctx: Context, input: DeleteUserPolicyCommandInput): void {
  remove(ctx, 'user', input.UserName, input.PolicyName);
}

export function DeleteGroupPolicy(ctx: Context, input: DeleteGroupPolicyCommandInput): void {
  remove(ctx, 'group', input.GroupName, input.PolicyName);
}

/** Characters of all inline policies of one identity together ("IAM and AWS STS quotas", IAM User Guide). */
const sizeLimits: Record<HolderKind, number> = { role: 10_240, user: 2048, group: 5120 };

interface Put {
  PolicyName: string | undefined;
  PolicyDocument: string | undefined;
}

function put(ctx: Context, kind: HolderKind, name: string | undefined, { PolicyName, PolicyDocument }: Put): void {
  const holder = findHolder(ctx, kind, name);
  if (kind === 'role') refuseIfServiceLinked(holder, name ?? '');
  const policyName = checkName(PolicyName, 'policyName', 128);
  const InlinePolicies = { ...holder.InlinePolicies, [policyName]: checkDocument(ctx, PolicyDocument, 'identity') };
  const size = Object.values(InlinePolicies).reduce((sum, text) => sum + sizeOf(text), 0);
  if (size > sizeLimits[kind]) {
    throw limitExceeded(`Maximum policy size of ${sizeLimits[kind]} bytes exceeded for ${kind} ${name}`);
  }
  saveHolder(ctx, kind, name ?? '', { ...holder, InlinePolicies });
}

function get(ctx: Context, kind: HolderKind, name: string | undefined, policyName: string | undefined): object {
  const document = findHolder(ctx, kind, name).InlinePolicies[policyName ?? ''];
  if (document === undefined) throw missing(kind, policyName);
  return { PolicyName: policyName, PolicyDocument: encodeDocument(document) };
}

function list(ctx: Context, kind: HolderKind, name: string | undefined, request: PageRequest): object {
  const { items, ...rest } = pageOf(
    Object.keys(findHolder(ctx, kind, name).InlinePolicies),
    (policyName) => policyName,
    request,
  );
  return { PolicyNames: items, ...rest };
}

function remove(ctx: Context, kind: HolderKind, name: string | undefined, policyName: string | undefined): void {
  const holder = findHolder(ctx, kind, name);
  const { [policyName ?? '']: removed, ...InlinePolicies } = holder.InlinePolicies;
  if (removed === undefined) throw missing(kind, policyName);
  saveHolder(ctx, kind, name ?? '', { ...holder, InlinePolicies });
}

function missing(kind: HolderKind, policyName: string | undefined): Error {
  return noSuchEntity(`The ${kind} policy with name ${policyName} cannot be found.`);
}
