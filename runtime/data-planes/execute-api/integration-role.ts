import { authorization } from '../../kernel/authorizer.ts';
import { defineEngine } from '../../kernel/engine.ts';
import { AwsError } from '../../kernel/errors.ts';
import { type Principal, servicePrincipal } from '../../kernel/principal.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { ServedApi } from './api-table.ts';

/** Sessions in use, by role: one is used for a quarter of its hour, for each assumed session is kept in the store. */
const sessions = defineEngine(
  'execute-api.sessions',
  () => new Map<string, { principal: Principal; untilMs: number }>(),
);
const USED_MS = 15 * 60_000;
const SESSIONS = 1000;

/** In whose name an API calls what is behind it: the role of CredentialsArn, or API Gateway itself. */
export function integrationPrincipal(
  kernel: Kernel,
  api: ServedApi,
  { credentialsArn, sourceArn }: { credentialsArn: string | undefined; sourceArn: string },
): Principal {
  const by = servicePrincipal('apigateway.amazonaws.com', api.account, { sourceArn });
  if (credentialsArn === undefined) return by;
  const known = kernel.engine(sessions);
  const key = `${credentialsArn} ${sourceArn}`;
  const session = known.get(key);
  if (session && session.untilMs > kernel.clock.now()) return session.principal;
  const authorizer = kernel.engine(authorization).current;
  if (!authorizer) throw new AwsError('AccessDenied', `${credentialsArn} cannot be assumed without IAM`);
  const ctx = kernel.context({ principal: by, region: api.region });
  const { principal } = authorizer.assumeRole(ctx, {
    roleArn: credentialsArn,
    sessionName: 'BackplaneAssumeRoleSession',
    by,
  });
  if (known.size >= SESSIONS) known.clear();
  known.set(key, { principal, untilMs: kernel.clock.now() + USED_MS });
  return principal;
}
