import type { Context } from '../../../kernel/service.ts';
import type { Store } from '../../../kernel/store/store.ts';
import { invalidInput, noSuchEntity } from '../errors.ts';
import { type ManagedPolicyRecord, policyRecords } from '../state.ts';
import { awsManagedPolicies } from './aws-managed-policies.ts';

const ofAws = 'arn:aws:iam::aws:policy/';

/** The default version's JSON text; undefined when there is no such policy. */
export function documentOf(store: Store, account: string, arn: string): string | undefined {
  if (arn.startsWith(ofAws)) return awsManagedPolicies().get(arn)?.Document;
  const policy = policyRecords(store, account).get(arn);
  return policy?.Versions.find(({ VersionId }) => VersionId === policy.DefaultVersionId)?.Document;
}

/** The policy, AWS's own included; throws NoSuchEntity. */
export function findPolicy(ctx: Context, arn: string | undefined): ManagedPolicyRecord {
  const policy = lookUp(ctx, arn ?? '');
  if (!policy) throw noSuchEntity(`Policy ${arn} was not found.${hint(arn ?? '')}`);
  return policy;
}

/** The ARN, if it is of a policy that can be attached or set as a boundary. */
export function checkAttachable(ctx: Context, arn: string | undefined): string {
  if (!arn?.startsWith('arn:')) throw invalidInput(`ARN ${arn} is not valid.`);
  if (!lookUp(ctx, arn)) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.${hint(arn)}`);
  return arn;
}

export function lookUp(ctx: Context, arn: string): ManagedPolicyRecord | undefined {
  const ours = awsManagedPolicies().get(arn);
  if (!ours) return policyRecords(ctx.store, ctx.account).get(arn);
  const { Document, ...about } = ours;
  const { DefaultVersionId, UpdateDate } = ours;
  return {
    ...about,
    Versions: [{ VersionId: DefaultVersionId, Document, CreateDate: UpdateDate }],
    NextVersion: Number(DefaultVersionId.slice(1)) + 1,
    Tags: [],
  };
}

export function isOfAws(arn: string): boolean {
  return arn.startsWith(ofAws);
}

/** AWS has hundreds of managed policies; the ones not known here are refused by name, with the way out. */
function hint(arn: string): string {
  if (!isOfAws(arn)) return '';
  return ' Orrery does not have this AWS managed policy; write what it grants as a policy of your own, or ask for it to be added.';
}
