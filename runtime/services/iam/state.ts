import type { Collection } from '../../kernel/store/collection.ts';
import type { Store } from '../../kernel/store/store.ts';

/** Records of IAM, a global service: by account, region ''. Dates are milliseconds of the cloud's time. */

export interface Tag {
  Key: string;
  Value: string;
}

/** What policies can be put on or attached to. */
export interface PolicyHolder {
  Path: string;
  Arn: string;
  CreateDate: number;
  /** JSON texts by policy name. */
  InlinePolicies: Record<string, string>;
  /** ARNs, in the order they were attached. */
  AttachedPolicies: string[];
}

export interface RoleRecord extends PolicyHolder {
  RoleName: string;
  RoleId: string;
  AssumeRolePolicyDocument: string;
  Description?: string;
  MaxSessionDuration: number;
  /** ARN of a managed policy. */
  PermissionsBoundary?: string;
  Tags: Tag[];
}

export interface UserRecord extends PolicyHolder {
  UserName: string;
  UserId: string;
  PermissionsBoundary?: string;
  Tags: Tag[];
  /** Names of the groups it is in. */
  Groups: string[];
}

export interface GroupRecord extends PolicyHolder {
  GroupName: string;
  GroupId: string;
}

export interface ManagedPolicyRecord {
  PolicyName: string;
  PolicyId: string;
  Arn: string;
  Path: string;
  Description?: string;
  CreateDate: number;
  UpdateDate: number;
  DefaultVersionId: string;
  /** Oldest first. */
  Versions: { VersionId: string; Document: string; CreateDate: number }[];
  /** Version numbers are never used again. */
  NextVersion: number;
  Tags: Tag[];
}

export interface InstanceProfileRecord {
  InstanceProfileName: string;
  InstanceProfileId: string;
  Arn: string;
  Path: string;
  CreateDate: number;
  /** At most one. */
  RoleName?: string;
  Tags: Tag[];
}

export interface OpenIDConnectProviderRecord {
  Arn: string;
  Url: string;
  ClientIDList: string[];
  ThumbprintList: string[];
  CreateDate: number;
  Tags: Tag[];
}

/** A user's key. Kept for the whole runtime, because a request names the key before its account is known. */
export interface AccessKeyRecord {
  AccessKeyId: string;
  SecretAccessKey: string;
  Status: 'Active' | 'Inactive';
  CreateDate: number;
  UserName: string;
  account: string;
}

/** Names are unique without regard to case ("IAM and AWS STS quotas", IAM User Guide), so records are kept by lower-case name. */
export const roleRecords = (store: Store, account: string): Collection<RoleRecord> =>
  scoped(store, 'iam.roles', account);
export const userRecords = (store: Store, account: string): Collection<UserRecord> =>
  scoped(store, 'iam.users', account);
export const groupRecords = (store: Store, account: string): Collection<GroupRecord> =>
  scoped(store, 'iam.groups', account);
export const instanceProfileRecords = (store: Store, account: string): Collection<InstanceProfileRecord> =>
  scoped(store, 'iam.instanceProfiles', account);
/** By ARN. */
export const policyRecords = (store: Store, account: string): Collection<ManagedPolicyRecord> =>
  scoped(store, 'iam.policies', account);
/** By ARN. */
export const providerRecords = (store: Store, account: string): Collection<OpenIDConnectProviderRecord> =>
  scoped(store, 'iam.openIDConnectProviders', account);
export const accountAliasRecords = (store: Store, account: string): Collection<{ AccountAlias: string }> =>
  scoped(store, 'iam.accountAliases', account);
/** By role ARN. */
export const roleUseRecords = (store: Store, account: string): Collection<{ LastUsedDate: number; Region: string }> =>
  scoped(store, 'iam.roleUses', account);
/** By AccessKeyId, of every account. */
export const accessKeyRecords = (store: Store): Collection<AccessKeyRecord> => scoped(store, 'iam.accessKeys', '');

function scoped<T extends object>(store: Store, name: string, account: string): Collection<T> {
  return store.collection<T>(name, { account, region: '' });
}
