import { describePrincipal } from '../../kernel/principal.ts';
import type { Decision, Layer, PermissionRequest } from './decide.ts';

/** AWS's words for a refusal ("Troubleshoot access denied error messages", IAM User Guide). */
export function refusalSentence(request: PermissionRequest, decision: Extract<Decision, { allowed: false }>): string {
  const { action, resource, principal } = request;
  const trust = /^sts:(AssumeRole|TagSession)/i.test(action) && decision.layer === 'resource';
  const because = decision.explicit
    ? `with an explicit deny in ${trust ? 'the role trust policy' : policyNames[decision.layer].one}`
    : `because no ${trust ? 'role trust policy' : policyNames[decision.layer].none} allows the ${action} action`;
  return `User: ${describePrincipal(principal)} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
}

const policyNames: Record<Layer, { one: string; none: string }> = {
  identity: { one: 'an identity-based policy', none: 'identity-based policy' },
  resource: { one: 'a resource-based policy', none: 'resource-based policy' },
  boundary: { one: 'a permissions boundary', none: 'permissions boundary' },
  session: { one: 'a session policy', none: 'session policy' },
  endpoint: { one: 'a VPC endpoint policy', none: 'VPC endpoint policy' },
};
