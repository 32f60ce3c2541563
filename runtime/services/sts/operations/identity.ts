import type { GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import { describePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';

/** "No permissions are required to perform this operation." */
export function GetCallerIdentity(ctx: Context): Omit<GetCallerIdentityCommandOutput, '$metadata'> {
  const { principal } = ctx;
  return { UserId: userId(ctx), Account: ctx.account, Arn: describePrincipal(principal) };
}

function userId({ principal, account }: Context): string {
  if (principal.kind === 'session') return `${principal.roleId}:${principal.sessionName}`;
  return principal.kind === 'user' ? principal.userId : account;
}
