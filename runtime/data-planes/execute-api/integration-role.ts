import { authorization } from '../../kernel/authorizer.ts';
import { AwsError } from '../../kernel/errors.ts';
import { type Principal, servicePrincipal } from '../../kernel/principal.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { ServedApi } from './api-table.ts';

/** In whose name an API calls what is behind it: the role of CredentialsArn, or API Gateway itself. */
export function integrationPrincipal(
  kernel: Kernel,
  api: ServedApi,
  { credentialsArn, sourceArn }: { credentialsArn: string | undefined; sourceArn: string },
): Principal {
  const by = servicePrincipal('apigateway.amazonaws.com', api.account, { sourceArn });
  if (credentialsArn === undefined) return by;
  const authorizer = kernel.engine(authorization).current;
  if (!authorizer) throw new AwsError('AccessDenied', `${credentialsArn} cannot be assumed without IAM`);
  const ctx = kernel.context({ principal: by, region: api.region });
  return authorizer.assumeRole(ctx, { roleArn: credentialsArn, sessionName: 'BackplaneAssumeRoleSession', by })
    .principal;
}
