import type { Principal } from '../../kernel/principal.ts';
import type { ConditionKeys } from './condition-keys.ts';
import { applies, type Policy, type Statement } from './policy.ts';
import { type Naming, naming } from './principals.ts';

/** What is asked, by whom. */
export interface PermissionRequest {
  principal: Principal;
  action: string;
  resource: string;
  /** The account that owns the resource. */
  resourceAccount: string;
  keys: ConditionKeys;
}

/** The policies that speak about a request. */
export interface ApplicablePolicies {
  identity: readonly Policy[];
  /** The resource's own policy, or the trust policy of the role that is assumed. */
  resource?: Policy | undefined;
  boundary?: Policy | undefined;
  /** What narrows the session, together; none when it was not narrowed. */
  session?: readonly Policy[] | undefined;
}

export type Layer = 'identity' | 'resource' | 'boundary' | 'session' | 'endpoint';

export type Decision = { allowed: true } | { allowed: false; explicit: boolean; layer: Layer };

/**
 * "Policy evaluation logic" (IAM User Guide): an explicit deny anywhere wins; then what the resource's policy grants, to
 * whom exactly, decides which of identity policies, permissions boundary and session policies must allow as well.
 */
export function decide(request: PermissionRequest, policies: ApplicablePolicies): Decision {
  const { principal } = request;
  if (principal.kind === 'service' && principal.serviceLinked) return allowed;
  const granted = policies.resource ? resourceVerdict(policies.resource, request) : 'none';
  if (granted === 'denied') return denied('resource', true);
  if (principal.kind === 'service' || principal.kind === 'anonymous' || isAwsOwned(principal)) {
    return granted === 'direct' ? allowed : denied('resource', false);
  }
  if (principal.kind === 'root') return decideForRoot(request, policies, granted);
  return decideForIdentity(request, policies, granted);
}

/**
 * Which statement decided, for who shows a trace: asked only then, since a decision itself keeps no account. Undefined where
 * none did: nothing allowed it, or it is the account's own root's.
 */
export function decisiveStatement(
  request: PermissionRequest,
  policies: ApplicablePolicies,
  decision: Decision,
): { layer: Layer; sid: string | undefined; number: number } | undefined {
  const effect = decision.allowed ? 'Allow' : 'Deny';
  const { identity, resource, boundary, session } = policies;
  const layers: [Layer, readonly Policy[]][] = [
    ['identity', identity],
    ['resource', resource ? [resource] : []],
    ['boundary', boundary && !decision.allowed ? [boundary] : []],
    ['session', session && !decision.allowed ? session : []],
  ];
  const action = request.action.toLowerCase();
  for (const [layer, list] of layers) {
    if (!decision.allowed && (!decision.explicit || layer !== decision.layer)) continue;
    for (const { statements } of list) {
      const at = statements.findIndex(
        (one) =>
          one.effect === effect &&
          (layer !== 'resource' || namingOf(one, request.principal) !== 'none') &&
          applies(one, action, request.resource, request.keys),
      );
      if (at >= 0) return { layer, sid: statements[at]?.sid, number: at + 1 };
    }
  }
  return undefined;
}

/** A VPC endpoint's policy lets pass what it allows, whoever asks ("Control access to VPC endpoints using endpoint policies"). */
export function decideAtEndpoint(request: PermissionRequest, policy: Policy): Decision {
  const granted = resourceVerdict(policy, request);
  if (granted === 'denied') return denied('endpoint', true);
  return granted === 'none' ? denied('endpoint', false) : allowed;
}

const allowed: Decision = { allowed: true };

function denied(layer: Layer, explicit: boolean): Decision {
  return { allowed: false, explicit, layer };
}

/**
 * The root user's permissions are not limited by policies of its own account, only by an explicit deny of the resource's;
 * but a KMS key is not even root's unless its policy says so ("Key policies in AWS KMS").
 */
function decideForRoot(request: PermissionRequest, policies: ApplicablePolicies, granted: Naming): Decision {
  const own = request.principal.kind === 'root' && request.principal.account === request.resourceAccount;
  return granted !== 'none' || (own && !needsResourcePolicy(request, policies)) ? allowed : denied('resource', false);
}

function decideForIdentity(request: PermissionRequest, policies: ApplicablePolicies, granted: Naming): Decision {
  const limits: [Layer, readonly Policy[]][] = [['identity', policies.identity]];
  if (policies.boundary) limits.push(['boundary', [policies.boundary]]);
  if (policies.session && policies.session.length > 0) limits.push(['session', policies.session]);
  const verdicts = limits.map(([layer, list]) => ({ layer, verdict: verdictOf(list, request) }));
  for (const { layer, verdict } of verdicts) if (verdict === 'denied') return denied(layer, true);

  const principal = request.principal as Extract<Principal, { account: string }>;
  const sameAccount = principal.account === request.resourceAccount;
  if (granted === 'none' && (!sameAccount || needsResourcePolicy(request, policies))) return denied('resource', false);
  // A grant to this very user or session is final; one to the role's ARN is still limited by boundary and session.
  if (sameAccount && granted === 'direct') return allowed;
  const skipIdentity = sameAccount && granted === 'role';
  for (const { layer, verdict } of verdicts) {
    if (verdict === 'silent' && !(skipIdentity && layer === 'identity')) return denied(layer, false);
  }
  return allowed;
}

/**
 * "Other than IAM role trust policies and KMS key policies" an identity policy alone suffices within an account; those
 * two must at least name the account ("How AWS enforcement code logic evaluates requests", IAM User Guide).
 */
function needsResourcePolicy(request: PermissionRequest, policies: ApplicablePolicies): boolean {
  return isOfTrust(request.action) || (policies.resource !== undefined && /^kms:/i.test(request.action));
}

function isOfTrust(action: string): boolean {
  return /^sts:(AssumeRole|TagSession)/i.test(action);
}

/** CloudFront's origin access identities are users of an account of AWS's own, which has no identity policies here. */
function isAwsOwned(principal: Principal): boolean {
  return principal.kind === 'user' && principal.account === 'cloudfront';
}

function verdictOf(policies: readonly Policy[], request: PermissionRequest): 'allowed' | 'denied' | 'silent' {
  let verdict: 'allowed' | 'silent' = 'silent';
  const action = request.action.toLowerCase();
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (statement.effect === 'Allow' && verdict === 'allowed') continue;
      if (!applies(statement, action, request.resource, request.keys)) continue;
      if (statement.effect === 'Deny') return 'denied';
      verdict = 'allowed';
    }
  }
  return verdict;
}

const strength: Record<Naming, number> = { none: 0, account: 1, role: 2, direct: 3 };

/** The strongest way in which the resource's policy grants the request, or that it denies it. */
function resourceVerdict(policy: Policy, request: PermissionRequest): Naming | 'denied' {
  let granted: Naming = 'none';
  const action = request.action.toLowerCase();
  for (const statement of policy.statements) {
    const named = namingOf(statement, request.principal);
    if (named === 'none') continue;
    if (statement.effect === 'Allow' && strength[named] <= strength[granted]) continue;
    if (!applies(statement, action, request.resource, request.keys)) continue;
    if (statement.effect === 'Deny') return 'denied';
    granted = named;
  }
  return granted;
}

function namingOf(statement: Statement, principal: Principal): Naming {
  if (!statement.principals) return 'none';
  const named = naming(statement.principals.element, principal);
  if (!statement.principals.not) return named;
  // An account named in NotPrincipal exempts its root from a Deny, not its users and roles.
  return named === 'none' || (named === 'account' && statement.effect === 'Deny') ? 'direct' : 'none';
}
