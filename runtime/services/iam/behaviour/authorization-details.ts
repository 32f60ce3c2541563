import type { EntityType } from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import {
  groupRecords,
  instanceProfileRecords,
  type ManagedPolicyRecord,
  type PolicyHolder,
  policyRecords,
  type RoleRecord,
  roleRecords,
  type UserRecord,
  userRecords,
} from '../state.ts';
import { attachmentCounts } from './attachment-counts.ts';
import { awsManagedPolicies } from './aws-managed-policies.ts';
import {
  describeBoundary,
  describeGroup,
  describeInstanceProfile,
  describePolicy,
  describeRole,
  describeUser,
  describeVersion,
} from './descriptions.ts';
import { encodeDocument } from './documents.ts';
import { lookUp } from './managed-documents.ts';
import { roleLastUsed } from './role-last-used.ts';

export interface AuthorizationDetail {
  /** Its place in the listing. */
  key: string;
  filter: EntityType;
  list: 'UserDetailList' | 'GroupDetailList' | 'RoleDetailList' | 'Policies';
  detail: () => object;
}

/** Everything GetAccountAuthorizationDetails tells, in an order that pages can go by. AWS's policies only where attached. */
export function authorizationDetails(ctx: Context): AuthorizationDetail[] {
  const { store, account } = ctx;
  const counts = attachmentCounts(ctx);
  const used = (arn: string): boolean => counts(arn).attached + counts(arn).boundary > 0;
  const ofAws = [...awsManagedPolicies().keys()]
    .filter(used)
    .map((arn) => lookUp(ctx, arn))
    .filter((policy) => policy !== undefined);
  const policyEntry = (filter: EntityType, policy: ManagedPolicyRecord): AuthorizationDetail => ({
    key: `policy/${policy.Arn}`,
    filter,
    list: 'Policies',
    detail: () => policyDetail(policy, counts(policy.Arn)),
  });
  return [
    ...userRecords(store, account)
      .values()
      .map((user) => entry('user', user.UserName, 'User', 'UserDetailList', () => userDetail(ctx, user))),
    ...groupRecords(store, account)
      .values()
      .map((group) =>
        entry('group', group.GroupName, 'Group', 'GroupDetailList', () => ({
          ...describeGroup(group),
          GroupPolicyList: inlineOf(group),
          AttachedManagedPolicies: attachedOf(ctx, group),
        })),
      ),
    ...roleRecords(store, account)
      .values()
      .map((role) => entry('role', role.RoleName, 'Role', 'RoleDetailList', () => roleDetail(ctx, role))),
    ...policyRecords(store, account)
      .values()
      .map((policy) => policyEntry('LocalManagedPolicy', policy)),
    ...ofAws.map((policy) => policyEntry('AWSManagedPolicy', policy)),
  ];
}

function entry(
  kind: string,
  name: string,
  filter: EntityType,
  list: AuthorizationDetail['list'],
  detail: () => object,
): AuthorizationDetail {
  return { key: `${kind}/${name.toLowerCase()}`, filter, list, detail };
}

function userDetail(ctx: Context, user: UserRecord): object {
  return {
    ...describeUser(user),
    UserPolicyList: inlineOf(user),
    GroupList: user.Groups,
    AttachedManagedPolicies: attachedOf(ctx, user),
  };
}

function roleDetail(ctx: Context, role: RoleRecord): object {
  const { Description: _, MaxSessionDuration: __, ...about } = describeRole(role);
  const profiles = instanceProfileRecords(ctx.store, ctx.account).values();
  return {
    ...about,
    InstanceProfileList: profiles
      .filter(({ RoleName }) => RoleName === role.RoleName)
      .map((profile) => describeInstanceProfile(ctx, profile, 'listed')),
    RolePolicyList: inlineOf(role),
    AttachedManagedPolicies: attachedOf(ctx, role),
    RoleLastUsed: roleLastUsed(ctx, role.Arn),
    ...(role.PermissionsBoundary === undefined
      ? {}
      : { PermissionsBoundary: describeBoundary(role.PermissionsBoundary) }),
  };
}

function policyDetail(policy: ManagedPolicyRecord, counts: { attached: number; boundary: number }): object {
  const versions = [...policy.Versions].reverse();
  return {
    ...describePolicy(policy, counts),
    PolicyVersionList: versions.map((version) => describeVersion(version, policy.DefaultVersionId, 'whole')),
  };
}

function inlineOf(holder: PolicyHolder): object[] {
  return Object.entries(holder.InlinePolicies).map(([PolicyName, text]) => ({
    PolicyName,
    PolicyDocument: encodeDocument(text),
  }));
}

function attachedOf(ctx: Context, holder: PolicyHolder): object[] {
  return holder.AttachedPolicies.map((PolicyArn) => ({ PolicyName: lookUp(ctx, PolicyArn)?.PolicyName, PolicyArn }));
}
