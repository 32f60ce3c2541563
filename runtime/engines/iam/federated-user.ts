import { formatArn } from '../../kernel/arn.ts';
import type { Principal, UserPrincipal } from '../../kernel/principal.ts';

/**
 * What sts:GetFederationToken gives: the user who asked, narrowed to what the session policies allow too, under a name of
 * its own ("GetFederationToken", AWS STS API Reference). Without session policies only resource policies let it in.
 */
export interface FederatedUser extends UserPrincipal {
  sessionPolicies: string[];
}

export function federatedUser(parent: UserPrincipal, name: string, sessionPolicies: string[]): FederatedUser {
  return {
    ...parent,
    arn: formatArn('sts', '', parent.account, `federated-user/${name}`),
    userId: `${parent.account}:${name}`,
    sessionPolicies,
  };
}

export function isFederated(principal: Principal): principal is FederatedUser {
  return principal.kind === 'user' && 'sessionPolicies' in principal;
}
