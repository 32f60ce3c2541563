import type { ApplicablePolicies } from '../../../engines/iam/decide.ts';
import { isFederated } from '../../../engines/iam/federated-user.ts';
import type { Policy } from '../../../engines/iam/policy.ts';
import type { PolicyCache } from '../../../engines/iam/policy-cache.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { Store } from '../../../kernel/store/store.ts';
import { groupRecords, type PolicyHolder, roleRecords, type Tag, userRecords } from '../state.ts';
import { documentOf } from './managed-documents.ts';

/** What a principal's own policies come to, before any resource's. */
export interface Grants extends Pick<ApplicablePolicies, 'identity' | 'boundary' | 'session'> {
  tags: readonly Tag[];
  sessionTags: Record<string, string> | undefined;
}

const nothing: Grants = { identity: [], tags: [], sessionTags: undefined };

/** A session whose role was deleted, or replaced by another of its name, is left with nothing. */
export function grantsOf(store: Store, cache: PolicyCache, principal: Principal): Grants {
  if (principal.kind === 'session') {
    const role = roleRecords(store, principal.account).get(nameOf(principal.roleArn));
    if (!role || role.RoleId !== principal.roleId) return nothing;
    return {
      ...grantsOfHolder(store, cache, principal.account, role),
      session: principal.sessionPolicies && compileSession(store, cache, principal.account, principal.sessionPolicies),
      sessionTags: principal.sessionTags,
    };
  }
  if (principal.kind !== 'user') return nothing;
  const user = userRecords(store, principal.account).get(principal.userName.toLowerCase());
  if (!user) return nothing;
  const grants = grantsOfHolder(store, cache, principal.account, user);
  if (!isFederated(principal)) return grants;
  const session = compileSession(store, cache, principal.account, principal.sessionPolicies);
  return { ...grants, session: [...session, { statements: [] }] };
}

/** The policies on and attached to a user or role, those of its groups, and its boundary. */
function grantsOfHolder(
  store: Store,
  cache: PolicyCache,
  account: string,
  holder: PolicyHolder & { PermissionsBoundary?: string; Tags?: Tag[]; Groups?: string[] },
): Grants {
  const texts: string[] = [];
  const collect = (from: PolicyHolder): void => {
    texts.push(...Object.values(from.InlinePolicies));
    for (const arn of from.AttachedPolicies) {
      const document = documentOf(store, account, arn);
      if (document !== undefined) texts.push(document);
    }
  };
  collect(holder);
  for (const name of holder.Groups ?? []) {
    const group = groupRecords(store, account).get(name.toLowerCase());
    if (group) collect(group);
  }
  const boundary = holder.PermissionsBoundary && documentOf(store, account, holder.PermissionsBoundary);
  return {
    identity: texts.map((text) => cache.compile(text, 'identity')),
    boundary: boundary === undefined || boundary === '' ? undefined : cache.compile(boundary, 'identity'),
    tags: holder.Tags ?? [],
    sessionTags: undefined,
  };
}

/** Session tags go before the role's own ("Pass session tags in AWS STS", IAM User Guide). */
export function tagOf(grants: Grants): (lowerCaseKey: string) => string | undefined {
  return (key) => {
    for (const [name, value] of Object.entries(grants.sessionTags ?? {})) if (name.toLowerCase() === key) return value;
    return grants.tags.find((tag) => tag.Key.toLowerCase() === key)?.Value;
  };
}

/** Session policies are JSON texts or ARNs of managed policies. One that has been deleted since allows nothing. */
function compileSession(store: Store, cache: PolicyCache, account: string, policies: string[]): Policy[] {
  return policies.map((policy) => {
    const text = policy.startsWith('arn:') ? documentOf(store, account, policy) : policy;
    return text === undefined ? { statements: [] } : cache.compile(text, 'identity');
  });
}

/** Lower-case name at the end of arn:aws:iam::account:role/path/name. */
function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1).toLowerCase();
}
