import type { IdentityKind } from './identity-policies.ts';

/** Properties by which a policy names the identities it is for. */
export interface IdentityLists {
  Groups?: string[];
  Roles?: string[];
  Users?: string[];
}

export interface AttachedIdentity {
  kind: IdentityKind;
  name: string;
}

export function identitiesOf({ Groups = [], Roles = [], Users = [] }: IdentityLists): AttachedIdentity[] {
  const of = (kind: IdentityKind, names: string[]): AttachedIdentity[] => names.map((name) => ({ kind, name }));
  return [...of('Role', Roles), ...of('User', Users), ...of('Group', Groups)];
}

/** Those of `before` that are not in `after`. */
export function droppedIdentities(before: IdentityLists, after: IdentityLists): AttachedIdentity[] {
  const kept = identitiesOf(after);
  return identitiesOf(before).filter(
    ({ kind, name }) => !kept.some((other) => other.kind === kind && other.name === name),
  );
}
