import { signerOf } from '../../../engines/signature/signer.ts';
import { formatArn } from '../../../kernel/arn.ts';
import { authorization } from '../../../kernel/authorizer.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';

/** Where somebody signs in, and as whom. */
export interface Door {
  scope: Scope;
  user: string;
  /** DbiResourceId, or DbClusterResourceId. */
  resourceId: string;
  /** host:port of each endpoint that leads there. */
  addresses: readonly string[];
}

export interface Refusal {
  kind: 'InvalidToken' | 'InsufficientPermissions';
  message: string;
}

/** "A token … must be used within 15 minutes" ("IAM database authentication"). */
const longestSeconds = 900;
const longestToken = 16_384;

/**
 * Why an authentication token does not let a user of a database in; undefined when it does. A token is a presigned request
 * for `rds-db:connect` at an endpoint, without its scheme ("Connecting to your DB instance using IAM authentication").
 */
export function refusalOf(kernel: Kernel, token: string, door: Door): Refusal | undefined {
  try {
    return permission(kernel, door, signer(kernel, token, door));
  } catch (error) {
    if (error instanceof AwsError) return { kind: 'InvalidToken', message: error.message };
    throw error;
  }
}

function signer(kernel: Kernel, token: string, { scope, user, addresses }: Door): Principal {
  const [, host = '', url = ''] = /^([a-z0-9.-]+:\d+)(\/\?[^\s]+)$/i.exec(token.slice(0, longestToken)) ?? [];
  if (url === '') throw unsound('the password is not an authentication token');
  if (!addresses.includes(host.toLowerCase()))
    throw unsound(`the token is for ${host}, and the database is at ${addresses.join(', ')}`);
  const query = new URLSearchParams(url.slice(2));
  if (query.get('Action') !== 'connect') throw unsound('the token is not for the action connect');
  if (query.get('DBUser') !== user) throw unsound(`the token is for the user ${query.get('DBUser')}, not ${user}`);
  if (!query.has('X-Amz-Algorithm')) throw unsound('the token is not signed');
  const signed = signerOf(kernel, { method: 'GET', url, headers: { host } }, Buffer.alloc(0));
  if (!signed) throw unsound('the token is not signed');
  const { service, region, expiresSeconds = Number.POSITIVE_INFINITY, signedHeaders } = signed.claim;
  if (service !== 'rds-db' || region !== scope.region)
    throw unsound(`the token is for ${service} in ${region}, not for rds-db in ${scope.region}`);
  if (expiresSeconds > longestSeconds) throw unsound('a token is good for 15 minutes at most');
  if (!signedHeaders.includes('host')) throw unsound('the token does not sign its host');
  return signed.principal;
}

/** "Creating and using an IAM policy for IAM database access". */
function permission(kernel: Kernel, { scope, user, resourceId }: Door, principal: Principal): Refusal | undefined {
  const ctx = kernel.context({ principal, region: scope.region });
  try {
    const access = {
      action: 'rds-db:connect',
      resource: formatArn('rds-db', scope.region, scope.account, `dbuser:${resourceId}/${user}`),
      resourceAccount: scope.account,
    };
    const authorizer = kernel.engine(authorization).current;
    const message = authorizer ? authorizer.refusal(ctx, [access]) : rootAlone(principal, scope);
    return message === undefined ? undefined : { kind: 'InsufficientPermissions', message };
  } finally {
    ctx.trace.end();
  }
}

/** Without IAM beside RDS everything but root is refused (kernel/authorizer.ts). */
function rootAlone(principal: Principal, { account }: Scope): string | undefined {
  return principal.kind === 'root' && principal.account === account ? undefined : 'IAM does not run.';
}

const unsound = (message: string): AwsError => new AwsError('InvalidToken', message);
