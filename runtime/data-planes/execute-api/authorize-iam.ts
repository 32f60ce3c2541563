import { callerIdentity } from '../../engines/signature/caller-identity.ts';
import { signerOf } from '../../engines/signature/signer.ts';
import { authorization } from '../../kernel/authorizer.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Verdict } from './authorize-route.ts';
import { message } from './integration.ts';
import type { ApiExchange } from './serve-api.ts';

/**
 * "Control access to HTTP APIs with IAM authorization": the client signs for `execute-api` and its policies must grant
 * `execute-api:Invoke` on the route. HTTP APIs have no resource policies, so only the API's own account can be let in;
 * whatever is wrong, the client is told no more than Forbidden.
 */
export function authorizeByIam(kernel: Kernel, exchange: ApiExchange, body: Buffer): Verdict {
  const { api, request, hop } = exchange;
  const refuse = (why: string): Verdict => {
    hop.note('authorizerError', why);
    return { context: undefined, refusal: message(403, 'Forbidden') };
  };
  try {
    const signer = signerOf(kernel, request, body);
    if (!signer) return refuse('the request is not signed');
    const { claim, principal } = signer;
    if (claim.service !== 'execute-api' || claim.region !== api.region)
      return refuse(`the request is signed for ${claim.service} in ${claim.region}`);
    if (principal.account !== api.account) return refuse(`account ${principal.account} is not the API's`);
    const ctx = kernel.context({ principal, region: api.region, trace: hop });
    const refusal = kernel
      .engine(authorization)
      .current?.refusal(ctx, [{ action: 'execute-api:Invoke', resource: routeArn(exchange) }]);
    return refusal === undefined ? { context: { iam: callerIdentity(signer) } } : refuse(refusal);
  } catch (error) {
    if (error instanceof AwsError) return refuse(`${error.code}: ${error.message}`);
    throw error;
  }
}

/** The request's own method and path, in the stage it reached. */
export function routeArn({ api, stage, request, path }: ApiExchange): string {
  return `arn:aws:execute-api:${api.region}:${api.account}:${api.apiId}/${stage.stageName}/${request.method}${path}`;
}
