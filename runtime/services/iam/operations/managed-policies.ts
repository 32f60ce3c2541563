import type {
  CreatePolicyCommandInput,
  CreatePolicyVersionCommandInput,
  DeletePolicyCommandInput,
  DeletePolicyVersionCommandInput,
  GetPolicyCommandInput,
  GetPolicyVersionCommandInput,
  ListPoliciesCommandInput,
  ListPolicyVersionsCommandInput,
  SetDefaultPolicyVersionCommandInput,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import { attachmentCounts } from '../behaviour/attachment-counts.ts';
import { awsManagedPolicies } from '../behaviour/aws-managed-policies.ts';
import { describePolicy, describeVersion } from '../behaviour/descriptions.ts';
import { checkDocument, sizeOf } from '../behaviour/documents.ts';
import { findPolicy, isOfAws, lookUp } from '../behaviour/managed-documents.ts';
import { checkName, checkPath, checkTags, iamArn, uniqueId, wholeSecond } from '../behaviour/names.ts';
import { pageOf } from '../behaviour/pages.ts';
import { accessDenied, deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from '../errors.ts';
import { type ManagedPolicyRecord, policyRecords } from '../state.ts';

const VERSIONS_LIMIT = 5;

export function CreatePolicy(ctx: Context, input: CreatePolicyCommandInput): object {
  const PolicyName = checkName(input.PolicyName, 'policyName', 128);
  const Path = checkPath(input.Path);
  const policies = policyRecords(ctx.store, ctx.account);
  const sameName = policies.values().some((policy) => policy.PolicyName.toLowerCase() === PolicyName.toLowerCase());
  if (sameName)
    throw entityAlreadyExists(`A policy called ${PolicyName} already exists. Duplicate names are not allowed.`);
  const now = wholeSecond(ctx);
  const policy: ManagedPolicyRecord = {
    PolicyName,
    PolicyId: uniqueId(ctx, 'ANPA'),
    Arn: iamArn(ctx.account, 'policy', Path, PolicyName),
    Path,
    CreateDate: now,
    UpdateDate: now,
    DefaultVersionId: 'v1',
    Versions: [{ VersionId: 'v1', Document: checkSizedDocument(ctx, input.PolicyDocument), CreateDate: now }],
    NextVersion: 2,
    Tags: checkTags(input.Tags),
    ...(input.Description === undefined ? {} : { Description: input.Description }),
  };
  policies.put(policy.Arn, policy);
  const Policy = describePolicy(policy, { attached: 0, boundary: 0 });
  return { Policy: { ...Policy, ...(policy.Tags.length > 0 ? { Tags: policy.Tags } : {}) } };
}

export function GetPolicy(ctx: Context, input: GetPolicyCommandInput): object {
  const policy = findPolicy(ctx, input.PolicyArn);
  return { Policy: { ...describePolicy(policy, attachmentCounts(ctx)(policy.Arn)), Tags: policy.Tags } };
}

export function ListPolicies(ctx: Context, input: ListPoliciesCommandInput): object {
  const arns = [
    ...(input.Scope === 'Local' ? [] : awsManagedPolicies().keys()),
    ...(input.Scope === 'AWS'
      ? []
      : policyRecords(ctx.store, ctx.account)
          .values()
          .map(({ Arn }) => Arn)),
  ];
  const counts = attachmentCounts(ctx);
  const policies = arns
    .map((arn) => lookUp(ctx, arn))
    .filter((policy) => policy !== undefined)
    .filter((policy) => policy.Path.startsWith(input.PathPrefix ?? '/'))
    .map((policy) => describePolicy(policy, counts(policy.Arn)))
    .filter((policy) => !input.OnlyAttached || (policy.AttachmentCount ?? 0) > 0)
    .filter((policy) => {
      if (input.PolicyUsageFilter === 'PermissionsBoundary') return (policy.PermissionsBoundaryUsageCount ?? 0) > 0;
      return input.PolicyUsageFilter === undefined || (policy.AttachmentCount ?? 0) > 0;
    });
  const { items, ...rest } = pageOf(policies, (policy) => policy.Arn ?? '', input);
  return { Policies: items.map(({ Description: _, ...policy }) => policy), ...rest };
}

export function DeletePolicy(ctx: Context, input: DeletePolicyCommandInput): void {
  const policy = findOwn(ctx, input.PolicyArn);
  const counts = attachmentCounts(ctx)(policy.Arn);
  if (counts.attached + counts.boundary > 0) throw deleteConflict('Cannot delete a policy attached to entities.');
  if (policy.Versions.length > 1) {
    throw deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  policyRecords(ctx.store, ctx.account).delete(policy.Arn);
}

export function CreatePolicyVersion(ctx: Context, input: CreatePolicyVersionCommandInput): object {
  const policy = findOwn(ctx, input.PolicyArn);
  if (policy.Versions.length >= VERSIONS_LIMIT) {
    throw limitExceeded(
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    );
  }
  const version = {
    VersionId: `v${policy.NextVersion}`,
    Document: checkSizedDocument(ctx, input.PolicyDocument),
    CreateDate: wholeSecond(ctx),
  };
  const DefaultVersionId = input.SetAsDefault ? version.VersionId : policy.DefaultVersionId;
  save(ctx, {
    ...policy,
    DefaultVersionId,
    Versions: [...policy.Versions, version],
    NextVersion: policy.NextVersion + 1,
  });
  return { PolicyVersion: describeVersion(version, DefaultVersionId, 'listed') };
}

export function GetPolicyVersion(ctx: Context, input: GetPolicyVersionCommandInput): object {
  const policy = findPolicy(ctx, input.PolicyArn);
  return { PolicyVersion: describeVersion(findVersion(policy, input.VersionId), policy.DefaultVersionId, 'whole') };
}

export function ListPolicyVersions(ctx: Context, input: ListPolicyVersionsCommandInput): object {
  const policy = findPolicy(ctx, input.PolicyArn);
  // Newest first; versions are numbered, so the key counts down.
  const { items, ...rest } = pageOf(
    policy.Versions,
    ({ VersionId }) => String(1e9 - Number(VersionId.slice(1))),
    input,
  );
  return { Versions: items.map((version) => describeVersion(version, policy.DefaultVersionId, 'listed')), ...rest };
}

export function SetDefaultPolicyVersion(ctx: Context, input: SetDefaultPolicyVersionCommandInput): void {
  const policy = findOwn(ctx, input.PolicyArn);
  save(ctx, { ...policy, DefaultVersionId: findVersion(policy, input.VersionId).VersionId });
}

export function DeletePolicyVersion(ctx: Context, input: DeletePolicyVersionCommandInput): void {
  const policy = findOwn(ctx, input.PolicyArn);
  const { VersionId } = findVersion(policy, input.VersionId);
  if (VersionId === policy.DefaultVersionId) throw deleteConflict('Cannot delete the default version of a policy.');
  save(ctx, { ...policy, Versions: policy.Versions.filter((version) => version.VersionId !== VersionId) });
}

function save(ctx: Context, policy: ManagedPolicyRecord): void {
  policyRecords(ctx.store, ctx.account).put(policy.Arn, { ...policy, UpdateDate: wholeSecond(ctx) });
}

function findOwn(ctx: Context, arn: string | undefined): ManagedPolicyRecord {
  const policy = findPolicy(ctx, arn);
  if (isOfAws(policy.Arn)) throw accessDenied(`${policy.Arn} is an AWS managed policy, which only AWS changes.`);
  return policy;
}

function findVersion(
  policy: ManagedPolicyRecord,
  versionId: string | undefined,
): ManagedPolicyRecord['Versions'][number] {
  const version = policy.Versions.find(({ VersionId }) => VersionId === versionId);
  if (!version) throw noSuchEntity(`Policy ${policy.Arn} version ${versionId} does not exist or is not attachable.`);
  return version;
}

function checkSizedDocument(ctx: Context, text: string | undefined): string {
  const document = checkDocument(ctx, text, 'identity');
  if (sizeOf(document) > 6144) throw limitExceeded('Cannot exceed quota for PolicySize: 6144');
  return document;
}
