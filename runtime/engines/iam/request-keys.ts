import type { Principal } from '../../kernel/principal.ts';
import type { Access, Context } from '../../kernel/service.ts';
import type { ConditionKeys } from './condition-keys.ts';
import { isFederated } from './federated-user.ts';

export interface RequestKeysOptions {
  resourceAccount: string;
  /** Tags of the user or role; a session's own tags go first. */
  principalTags: (name: string) => string | undefined;
}

/**
 * The global condition keys of a request ("AWS global condition context keys", IAM User Guide) and those its service
 * gives, computed when a policy asks. There is no organization and no MFA, so the keys about them are absent or false.
 */
export function requestKeys(ctx: Context, access: Access, options: RequestKeysOptions): ConditionKeys {
  let given: Map<string, readonly string[]> | undefined;
  return {
    get(name) {
      if (access.conditions) {
        given ??= lowerCased(access.conditions);
        const values = given.get(name);
        if (values) return values;
      }
      const value = name.startsWith('aws:') ? globalKey(name, ctx, options) : undefined;
      return value === undefined ? undefined : [value];
    },
  };
}

function lowerCased(conditions: Record<string, string | string[]>): Map<string, readonly string[]> {
  const entries = Object.entries(conditions);
  return new Map(entries.map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? [value] : value]));
}

function globalKey(name: string, ctx: Context, options: RequestKeysOptions): string | undefined {
  if (name.startsWith('aws:principal')) return principalKey(name, ctx.principal, options);
  const { principal, http, clock } = ctx;
  switch (name) {
    case 'aws:userid':
      return userId(principal);
    case 'aws:username':
      return principal.kind === 'user' && !isFederated(principal) ? principal.userName : undefined;
    case 'aws:sourceip':
      // "aws:SourceIp": not in the context of requests that come by a VPC endpoint, which have the following three.
      return http?.through ? undefined : http?.clientIp;
    case 'aws:vpcsourceip':
      return http?.through?.address;
    case 'aws:sourcevpc':
      return http?.through?.vpcId;
    case 'aws:sourcevpce':
      return http?.through?.vpcEndpointId;
    case 'aws:securetransport':
      return String(http?.secure ?? true);
    case 'aws:currenttime':
      return new Date(clock.now()).toISOString();
    case 'aws:epochtime':
      return String(Math.floor(clock.now() / 1000));
    case 'aws:requestedregion':
      return ctx.region;
    case 'aws:sourcearn':
      return principal.kind === 'service' ? principal.sourceArn : undefined;
    case 'aws:sourceaccount':
      return principal.kind === 'service' ? principal.account : undefined;
    case 'aws:viaawsservice':
      return String(isForwarded(ctx));
    case 'aws:useragent':
      return http?.headers['user-agent'];
    case 'aws:referer':
      return http?.headers.referer;
    case 'aws:resourceaccount':
      return options.resourceAccount;
    case 'aws:multifactorauthpresent':
      // In temporary credentials only; long-term keys lack the key.
      return principal.kind === 'session' ? 'false' : undefined;
    default:
      return undefined;
  }
}

function principalKey(name: string, principal: Principal, options: RequestKeysOptions): string | undefined {
  if (name.startsWith('aws:principaltag/')) return options.principalTags(name.slice('aws:principaltag/'.length));
  switch (name) {
    case 'aws:principalarn':
      if (principal.kind === 'session') return principal.roleArn;
      return principal.kind === 'root' || principal.kind === 'user' ? principal.arn : undefined;
    case 'aws:principalaccount':
      return principal.kind === 'anonymous' || principal.kind === 'service' ? undefined : principal.account;
    case 'aws:principaltype':
      return isFederated(principal) ? 'FederatedUser' : principalTypes[principal.kind];
    case 'aws:principalservicename':
      return principal.kind === 'service' ? principal.service : undefined;
    case 'aws:principalisawsservice':
      return String(principal.kind === 'service');
    default:
      return undefined;
  }
}

const principalTypes: Record<Principal['kind'], string | undefined> = {
  root: 'Account',
  user: 'User',
  session: 'AssumedRole',
  anonymous: 'Anonymous',
  service: undefined,
};

function userId(principal: Principal): string | undefined {
  if (principal.kind === 'session') return `${principal.roleId}:${principal.sessionName}`;
  if (principal.kind === 'user') return principal.userId;
  if (principal.kind === 'root') return principal.account;
  return principal.kind === 'anonymous' ? 'anonymous' : undefined;
}

/** True when a service passes its caller's identity on; a service that uses a role of its own calls as that role. */
function isForwarded(ctx: Context): boolean {
  if (ctx.http) return false;
  return (
    ctx.principal.kind === 'user' || (ctx.principal.kind === 'session' && ctx.principal.sourceService === undefined)
  );
}
