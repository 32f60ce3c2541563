import type {
  CreateRoleCommandInput,
  CreateRoleCommandOutput,
  DeleteRoleCommandInput,
  DeleteRolePermissionsBoundaryCommandInput,
  GetRoleCommandInput,
  ListRolesCommandInput,
  PutRolePermissionsBoundaryCommandInput,
  UpdateAssumeRolePolicyCommandInput,
  UpdateRoleCommandInput,
  UpdateRoleDescriptionCommandInput,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import { describeRole } from '../behaviour/descriptions.ts';
import { checkDocument, sizeOf } from '../behaviour/documents.ts';
import { findRole, refuseIfServiceLinked } from '../behaviour/holders.ts';
import { checkAttachable } from '../behaviour/managed-documents.ts';
import { checkName, checkPath, checkTags, iamArn, uniqueId, wholeSecond } from '../behaviour/names.ts';
import { pageOf } from '../behaviour/pages.ts';
import { roleLastUsed } from '../behaviour/role-last-used.ts';
import { checkTrustedPrincipals } from '../behaviour/trusted-principals.ts';
import { deleteConflict, entityAlreadyExists, invalidInput, limitExceeded, validationError } from '../errors.ts';
import { instanceProfileRecords, type RoleRecord, roleRecords, roleUseRecords } from '../state.ts';

export function CreateRole(ctx: Context, input: CreateRoleCommandInput): Pick<CreateRoleCommandOutput, 'Role'> {
  const RoleName = checkName(input.RoleName, 'roleName', 64);
  const Path = checkPath(input.Path);
  if (Path.startsWith('/aws-service-role/')) {
    throw invalidInput('Path /aws-service-role/ is reserved: use CreateServiceLinkedRole.');
  }
  const roles = roleRecords(ctx.store, ctx.account);
  if (roles.has(RoleName.toLowerCase())) throw entityAlreadyExists(`Role with name ${RoleName} already exists.`);
  if (input.PermissionsBoundary !== undefined) checkAttachable(ctx, input.PermissionsBoundary);
  const role: RoleRecord = {
    RoleName,
    RoleId: uniqueId(ctx, 'AROA'),
    Path,
    Arn: iamArn(ctx.account, 'role', Path, RoleName),
    CreateDate: wholeSecond(ctx),
    AssumeRolePolicyDocument: checkTrustPolicy(ctx, input.AssumeRolePolicyDocument),
    MaxSessionDuration: checkMaxSessionDuration(input.MaxSessionDuration),
    Tags: checkTags(input.Tags),
    InlinePolicies: {},
    AttachedPolicies: [],
    ...(input.Description === undefined ? {} : { Description: checkDescription(input.Description) }),
    ...(input.PermissionsBoundary === undefined ? {} : { PermissionsBoundary: input.PermissionsBoundary }),
  };
  roles.put(RoleName.toLowerCase(), role);
  return { Role: describeRole(role) };
}

export function GetRole(ctx: Context, input: GetRoleCommandInput): { Role: ReturnType<typeof describeRole> } {
  const role = findRole(ctx, input.RoleName);
  return { Role: { ...describeRole(role), RoleLastUsed: roleLastUsed(ctx, role.Arn) } };
}

export function ListRoles(ctx: Context, input: ListRolesCommandInput): object {
  const prefix = input.PathPrefix ?? '/';
  const roles = roleRecords(ctx.store, ctx.account)
    .values()
    .filter((role) => role.Path.startsWith(prefix));
  const { items, ...rest } = pageOf(roles, (role) => role.RoleName.toLowerCase(), input);
  return { Roles: items.map((role) => describeRole(role, 'listed')), ...rest };
}

export function UpdateRole(ctx: Context, input: UpdateRoleCommandInput): object {
  const role = findRole(ctx, input.RoleName);
  refuseIfServiceLinked(role, role.RoleName);
  save(ctx, {
    ...role,
    ...(input.Description === undefined ? {} : { Description: checkDescription(input.Description) }),
    ...(input.MaxSessionDuration === undefined
      ? {}
      : { MaxSessionDuration: checkMaxSessionDuration(input.MaxSessionDuration) }),
  });
  return {};
}

export function UpdateRoleDescription(ctx: Context, input: UpdateRoleDescriptionCommandInput): object {
  const role = { ...findRole(ctx, input.RoleName), Description: checkDescription(input.Description ?? '') };
  save(ctx, role);
  return { Role: describeRole(role) };
}

export function UpdateAssumeRolePolicy(ctx: Context, input: UpdateAssumeRolePolicyCommandInput): void {
  const role = findRole(ctx, input.RoleName);
  refuseIfServiceLinked(role, role.RoleName);
  save(ctx, { ...role, AssumeRolePolicyDocument: checkTrustPolicy(ctx, input.PolicyDocument) });
}

export function DeleteRole(ctx: Context, input: DeleteRoleCommandInput): void {
  const role = findRole(ctx, input.RoleName);
  refuseIfServiceLinked(role, role.RoleName);
  const profiles = instanceProfileRecords(ctx.store, ctx.account).values();
  if (profiles.some((profile) => profile.RoleName === role.RoleName)) {
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  if (role.AttachedPolicies.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (Object.keys(role.InlinePolicies).length > 0)
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  roleRecords(ctx.store, ctx.account).delete(role.RoleName.toLowerCase());
  roleUseRecords(ctx.store, ctx.account).delete(role.Arn);
}

export function PutRolePermissionsBoundary(ctx: Context, input: PutRolePermissionsBoundaryCommandInput): void {
  const role = findRole(ctx, input.RoleName);
  refuseIfServiceLinked(role, role.RoleName);
  save(ctx, { ...role, PermissionsBoundary: checkAttachable(ctx, input.PermissionsBoundary) });
}

export function DeleteRolePermissionsBoundary(ctx: Context, input: DeleteRolePermissionsBoundaryCommandInput): void {
  const { PermissionsBoundary: _, ...role } = findRole(ctx, input.RoleName);
  save(ctx, role);
}

function save(ctx: Context, role: RoleRecord): void {
  roleRecords(ctx.store, ctx.account).put(role.RoleName.toLowerCase(), role);
}

function checkTrustPolicy(ctx: Context, text: string | undefined): string {
  const document = checkDocument(ctx, text, 'trust');
  // The default quota; 8,192 on request ("IAM and AWS STS quotas", IAM User Guide).
  if (sizeOf(document) > 2048) throw limitExceeded('Cannot exceed quota for ACLSizePerRole: 2048');
  checkTrustedPrincipals(ctx, document);
  return document;
}

function checkMaxSessionDuration(seconds = 3600): number {
  if (seconds < 3600)
    throw validationError(
      String(seconds),
      'maxSessionDuration',
      'Member must have value greater than or equal to 3600',
    );
  if (seconds > 43_200)
    throw validationError(String(seconds), 'maxSessionDuration', 'Member must have value less than or equal to 43200');
  return seconds;
}

function checkDescription(text: string): string {
  if (text.length > 1000)
    throw validationError(text, 'description', 'Member must have length less than or equal to 1000');
  return text;
}
