import type {
  AttachedPermissionsBoundary,
  Group,
  InstanceProfile,
  Policy,
  PolicyVersion,
  Role,
  User,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import {
  type GroupRecord,
  type InstanceProfileRecord,
  type ManagedPolicyRecord,
  type RoleRecord,
  roleRecords,
  type UserRecord,
} from '../state.ts';
import { encodeDocument } from './documents.ts';

/** Records in the shapes the operations answer with. Listings leave tags and boundary out ("ListRoles", IAM API Reference). */

export function describeRole(role: RoleRecord, detail: 'listed' | 'whole' = 'whole'): Role {
  return {
    Path: role.Path,
    RoleName: role.RoleName,
    RoleId: role.RoleId,
    Arn: role.Arn,
    CreateDate: new Date(role.CreateDate),
    AssumeRolePolicyDocument: encodeDocument(role.AssumeRolePolicyDocument),
    MaxSessionDuration: role.MaxSessionDuration,
    ...(role.Description === undefined ? {} : { Description: role.Description }),
    ...(detail === 'whole' ? wholeOnly(role) : {}),
  };
}

export function describeUser(user: UserRecord, detail: 'listed' | 'whole' = 'whole'): User {
  return {
    Path: user.Path,
    UserName: user.UserName,
    UserId: user.UserId,
    Arn: user.Arn,
    CreateDate: new Date(user.CreateDate),
    ...(detail === 'whole' ? wholeOnly(user) : {}),
  };
}

export function describeGroup(group: GroupRecord): Group {
  return {
    Path: group.Path,
    GroupName: group.GroupName,
    GroupId: group.GroupId,
    Arn: group.Arn,
    CreateDate: new Date(group.CreateDate),
  };
}

export function describePolicy(policy: ManagedPolicyRecord, counts: { attached: number; boundary: number }): Policy {
  return {
    PolicyName: policy.PolicyName,
    PolicyId: policy.PolicyId,
    Arn: policy.Arn,
    Path: policy.Path,
    DefaultVersionId: policy.DefaultVersionId,
    AttachmentCount: counts.attached,
    PermissionsBoundaryUsageCount: counts.boundary,
    IsAttachable: true,
    ...(policy.Description === undefined ? {} : { Description: policy.Description }),
    CreateDate: new Date(policy.CreateDate),
    UpdateDate: new Date(policy.UpdateDate),
  };
}

export function describeVersion(
  version: ManagedPolicyRecord['Versions'][number],
  defaultVersionId: string,
  detail: 'listed' | 'whole',
): PolicyVersion {
  return {
    ...(detail === 'whole' ? { Document: encodeDocument(version.Document) } : {}),
    VersionId: version.VersionId,
    IsDefaultVersion: version.VersionId === defaultVersionId,
    CreateDate: new Date(version.CreateDate),
  };
}

export function describeInstanceProfile(
  ctx: Context,
  profile: InstanceProfileRecord,
  detail: 'listed' | 'whole' = 'whole',
): InstanceProfile {
  const role =
    profile.RoleName === undefined
      ? undefined
      : roleRecords(ctx.store, ctx.account).get(profile.RoleName.toLowerCase());
  return {
    Path: profile.Path,
    InstanceProfileName: profile.InstanceProfileName,
    InstanceProfileId: profile.InstanceProfileId,
    Arn: profile.Arn,
    CreateDate: new Date(profile.CreateDate),
    Roles: role ? [describeRole(role, 'listed')] : [],
    ...(detail === 'whole' && profile.Tags.length > 0 ? { Tags: profile.Tags } : {}),
  };
}

export function describeBoundary(arn: string): AttachedPermissionsBoundary {
  return { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: arn };
}

function wholeOnly(record: RoleRecord | UserRecord): Pick<Role, 'Tags' | 'PermissionsBoundary'> {
  return {
    ...(record.Tags.length > 0 ? { Tags: record.Tags } : {}),
    ...(record.PermissionsBoundary === undefined
      ? {}
      : { PermissionsBoundary: describeBoundary(record.PermissionsBoundary) }),
  };
}
