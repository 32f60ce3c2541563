import type {
  CreateAccountAliasCommandInput,
  DeleteAccountAliasCommandInput,
  GetAccountAuthorizationDetailsCommandInput,
  ListAccountAliasesCommandInput,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import { type AuthorizationDetail, authorizationDetails } from '../behaviour/authorization-details.ts';
import { pageOf } from '../behaviour/pages.ts';
import { entityAlreadyExists, noSuchEntity, validationError } from '../errors.ts';
import {
  accountAliasRecords,
  groupRecords,
  instanceProfileRecords,
  policyRecords,
  providerRecords,
  roleRecords,
  userRecords,
} from '../state.ts';

/** Counts of what there is, and the default quotas ("IAM and AWS STS quotas", IAM User Guide). */
export function GetAccountSummary({ store, account }: Context): object {
  const policies = policyRecords(store, account).values();
  return {
    SummaryMap: {
      AccessKeysPerUserQuota: 2,
      AccountAccessKeysPresent: 0,
      AccountMFAEnabled: 0,
      AccountSigningCertificatesPresent: 0,
      AssumeRolePolicySizeQuota: 2048,
      AttachedPoliciesPerGroupQuota: 10,
      AttachedPoliciesPerRoleQuota: 10,
      AttachedPoliciesPerUserQuota: 10,
      GroupPolicySizeQuota: 5120,
      Groups: groupRecords(store, account).size,
      GroupsPerUserQuota: 10,
      GroupsQuota: 300,
      InstanceProfiles: instanceProfileRecords(store, account).size,
      InstanceProfilesQuota: 1000,
      MFADevices: 0,
      MFADevicesInUse: 0,
      Policies: policies.length,
      PoliciesQuota: 1500,
      PolicySizeQuota: 6144,
      PolicyVersionsInUse: policies.reduce((sum, { Versions }) => sum + Versions.length, 0),
      PolicyVersionsInUseQuota: 10_000,
      Providers: providerRecords(store, account).size,
      RolePolicySizeQuota: 10_240,
      Roles: roleRecords(store, account).size,
      RolesQuota: 1000,
      ServerCertificates: 0,
      ServerCertificatesQuota: 20,
      SigningCertificatesPerUserQuota: 2,
      UserPolicySizeQuota: 2048,
      Users: userRecords(store, account).size,
      UsersQuota: 5000,
      VersionsPerPolicyQuota: 5,
    },
  };
}

/** An account has one alias; a new one takes the old one's place. */
export function CreateAccountAlias(
  { store, account }: Context,
  { AccountAlias = '' }: CreateAccountAliasCommandInput,
): void {
  if (
    AccountAlias.length < 3 ||
    AccountAlias.length > 63 ||
    !/^[a-z0-9]([a-z0-9]|-(?!-))*[a-z0-9]$/.test(AccountAlias)
  ) {
    throw validationError(
      AccountAlias,
      'accountAlias',
      'Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$',
    );
  }
  const aliases = accountAliasRecords(store, account);
  if (aliases.get('alias')?.AccountAlias === AccountAlias) {
    throw entityAlreadyExists(`The account alias ${AccountAlias} already exists.`);
  }
  aliases.put('alias', { AccountAlias });
}

export function DeleteAccountAlias(
  { store, account }: Context,
  { AccountAlias }: DeleteAccountAliasCommandInput,
): void {
  const aliases = accountAliasRecords(store, account);
  if (aliases.get('alias')?.AccountAlias !== AccountAlias)
    throw noSuchEntity(`The account alias ${AccountAlias} cannot be found.`);
  aliases.delete('alias');
}

export function ListAccountAliases({ store, account }: Context, input: ListAccountAliasesCommandInput): object {
  const aliases = accountAliasRecords(store, account)
    .values()
    .map(({ AccountAlias }) => AccountAlias);
  const { items, ...rest } = pageOf(aliases, (alias) => alias, input);
  return { AccountAliases: items, ...rest };
}

export function GetAccountAuthorizationDetails(
  ctx: Context,
  input: GetAccountAuthorizationDetailsCommandInput,
): object {
  const wanted = authorizationDetails(ctx).filter(
    ({ filter }) => !input.Filter?.length || input.Filter.includes(filter),
  );
  const { items, ...rest } = pageOf(wanted, ({ key }) => key, input);
  const of = (list: AuthorizationDetail['list']): object[] =>
    items.filter((item) => item.list === list).map(({ detail }) => detail());
  return {
    UserDetailList: of('UserDetailList'),
    GroupDetailList: of('GroupDetailList'),
    RoleDetailList: of('RoleDetailList'),
    Policies: of('Policies'),
    ...rest,
  };
}
