import type {
  CreateServiceLinkedRoleCommandInput,
  DeleteServiceLinkedRoleCommandInput,
  GetServiceLinkedRoleDeletionStatusCommandInput,
} from '@aws-sdk/client-iam';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { describeRole } from '../behaviour/descriptions.ts';
import { findRole } from '../behaviour/holders.ts';
import { iamArn, uniqueId, wholeSecond } from '../behaviour/names.ts';
import { serviceLinkedRoleNames } from '../behaviour/service-linked-role-names.ts';
import { invalidInput, noSuchEntity } from '../errors.ts';
import { type RoleRecord, roleRecords } from '../state.ts';

/**
 * The role exists as on AWS, with its trust policy. The policy that AWS attaches to it is not told: services that act
 * through it do so by right (servicePrincipal with serviceLinked), and nobody else can assume it.
 */
export function CreateServiceLinkedRole(ctx: Context, input: CreateServiceLinkedRoleCommandInput): object {
  const { AWSServiceName = '', CustomSuffix } = input;
  const base = serviceLinkedRoleNames.get(AWSServiceName);
  if (base === undefined) throw refused(`The service-linked role of ${AWSServiceName}`);
  if (CustomSuffix !== undefined && base !== 'AWSServiceRoleForAutoScaling') {
    throw invalidInput(`Custom suffix is not allowed for ${AWSServiceName}`);
  }
  const RoleName = CustomSuffix === undefined ? base : `${base}_${CustomSuffix}`;
  const roles = roleRecords(ctx.store, ctx.account);
  if (roles.has(RoleName.toLowerCase())) {
    throw invalidInput(`Service role name ${RoleName} has been taken in this account, please try a different suffix.`);
  }
  const Path = `/aws-service-role/${AWSServiceName}/`;
  const trust = { Effect: 'Allow', Principal: { Service: AWSServiceName }, Action: 'sts:AssumeRole' };
  const role: RoleRecord = {
    RoleName,
    RoleId: uniqueId(ctx, 'AROA'),
    Path,
    Arn: iamArn(ctx.account, 'role', Path, RoleName),
    CreateDate: wholeSecond(ctx),
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    MaxSessionDuration: 3600,
    Tags: [],
    InlinePolicies: {},
    AttachedPolicies: [],
    ...(input.Description === undefined ? {} : { Description: input.Description }),
  };
  roles.put(RoleName.toLowerCase(), role);
  return { Role: describeRole(role) };
}

export function DeleteServiceLinkedRole(ctx: Context, input: DeleteServiceLinkedRoleCommandInput): object {
  const { RoleName, Path } = findRole(ctx, input.RoleName);
  if (!Path.startsWith('/aws-service-role/')) throw invalidInput(`The role ${RoleName} is not a service-linked role.`);
  roleRecords(ctx.store, ctx.account).delete(RoleName.toLowerCase());
  return { DeletionTaskId: `task${Path}${RoleName}/${ctx.ids.uuid()}` };
}

/** Deletion happens at once, so a task whose role is gone has succeeded. */
export function GetServiceLinkedRoleDeletionStatus(
  ctx: Context,
  input: GetServiceLinkedRoleDeletionStatusCommandInput,
): object {
  const name = /^task\/aws-service-role\/[^/]+\/([^/]+)\/[0-9a-f-]+$/.exec(input.DeletionTaskId ?? '')?.[1];
  if (name === undefined || roleRecords(ctx.store, ctx.account).has(name.toLowerCase())) {
    throw noSuchEntity(`Deletion task ${input.DeletionTaskId} cannot be found.`);
  }
  return { Status: 'SUCCEEDED' };
}
