import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { grantNotFound, validation } from '../errors.ts';
import { type Grant, grants, type Key, keys } from '../state.ts';
import { findKeyById } from './find-key.ts';

/** The grant that RetireGrant names: by its token, or by its key's ARN and its id. */
export function retiredGrant(
  ctx: Context,
  input: { GrantToken?: string | undefined; KeyId?: string | undefined; GrantId?: string | undefined },
): { key: Key; grant: Grant } {
  if (input.GrantToken === undefined) {
    if (input.KeyId === undefined || input.GrantId === undefined)
      throw validation('Either a grant token or a key ID and grant ID must be specified.');
    const key = findKeyById(ctx, input.KeyId);
    const grant = grants(ctx, key).get(input.GrantId);
    if (grant?.KeyId !== key.KeyId) throw grantNotFound(input.GrantId);
    return { key, grant };
  }
  for (const scope of ctx.store.scopes('kms.grants')) {
    if (scope.region !== ctx.region) continue;
    const grant = grants(ctx, scope)
      .values()
      .find(({ GrantToken }) => GrantToken === input.GrantToken);
    const key = grant && keys(ctx, scope).get(grant.KeyId);
    if (grant && key) return { key, grant };
  }
  throw new AwsError('InvalidGrantTokenException', 'The grant token is not valid.');
}
