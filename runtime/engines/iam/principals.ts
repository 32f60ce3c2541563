import { parseArn } from '../../kernel/arn.ts';
import type { Principal } from '../../kernel/principal.ts';
import { MalformedPolicy } from './malformed-policy.ts';

/**
 * How a Principal element names the caller, weakest first. `account`: only the account it belongs to, which leaves the
 * decision to the account's identity policies. `role`: the role of a session. `direct`: this user, session, service or
 * everyone ("AWS JSON policy elements: Principal", IAM User Guide).
 */
export type Naming = 'none' | 'account' | 'role' | 'direct';

export interface PrincipalElement {
  everyone: boolean;
  AWS: ReadonlySet<string>;
  Service: ReadonlySet<string>;
  Federated: ReadonlySet<string>;
  CanonicalUser: ReadonlySet<string>;
}

const kinds = ['AWS', 'Service', 'Federated', 'CanonicalUser'] as const;

export function parsePrincipal(element: unknown): PrincipalElement {
  const sets = {
    AWS: new Set<string>(),
    Service: new Set<string>(),
    Federated: new Set<string>(),
    CanonicalUser: new Set<string>(),
  };
  if (element === '*') return { everyone: true, ...sets };
  if (typeof element !== 'object' || element === null || Array.isArray(element)) throw invalid(JSON.stringify(element));
  for (const [kind, value] of Object.entries(element)) {
    const known = kinds.find((name) => name === kind);
    if (!known) throw invalid(`"${kind}":${JSON.stringify(value)}`);
    for (const name of Array.isArray(value) ? value : [value]) {
      if (typeof name !== 'string' || name === '') throw invalid(`"${kind}":${JSON.stringify(name)}`);
      if (known === 'AWS') checkAws(name);
      sets[known].add(/^\d{12}$/.test(name) && known === 'AWS' ? `arn:aws:iam::${name}:root` : name);
    }
  }
  return { everyone: sets.AWS.has('*'), ...sets };
}

/** Which way, if any, the element names the caller. */
export function naming(element: PrincipalElement, caller: Principal): Naming {
  if (element.everyone) return 'direct';
  switch (caller.kind) {
    case 'anonymous':
      return 'none';
    case 'service':
      return element.Service.has(caller.service) ? 'direct' : 'none';
    case 'root':
      return element.AWS.has(caller.arn) ? 'direct' : 'none';
    case 'user':
      if (element.AWS.has(caller.arn) || element.AWS.has(caller.userId) || element.CanonicalUser.has(caller.userId))
        return 'direct';
      break;
    case 'session':
      if (element.AWS.has(caller.arn)) return 'direct';
      if (element.AWS.has(caller.roleArn) || element.AWS.has(caller.roleId)) return 'role';
      break;
  }
  return element.AWS.has(`arn:aws:iam::${caller.account}:root`) ? 'account' : 'none';
}

/** Every user, role, account and session has an ARN; a unique id stands for one that has been deleted since. */
function checkAws(name: string): void {
  if (name === '*' || /^\d{12}$/.test(name) || /^A[A-Z]{3}[A-Z0-9]{12,}$/.test(name)) return;
  const arn = parseArn(name);
  const known =
    arn &&
    (arn.service === 'iam' || arn.service === 'sts') &&
    /^(root$|user\/|role\/|assumed-role\/|federated-user\/)/.test(arn.resource);
  if (!known || name.includes('*')) throw invalid(`"AWS":"${name}"`);
}

function invalid(what: string): MalformedPolicy {
  return new MalformedPolicy(`Invalid principal in policy: ${what}`);
}
