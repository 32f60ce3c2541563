import { callerOf } from '../../../data-planes/http/caller.ts';
import type { HttpRequest, HttpResponse } from '../../../data-planes/http/exchange.ts';
import { type CallerIdentity, callerIdentity } from '../../../engines/signature/caller-identity.ts';
import { signerOf } from '../../../engines/signature/signer.ts';
import { authorization } from '../../../kernel/authorizer.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { policyText } from '../authorization.ts';
import type { UrlRecord } from '../state.ts';

export interface UrlVerdict {
  refusal?: HttpResponse;
  /** Who signed it; undefined with AuthType NONE. */
  caller: CallerIdentity | undefined;
}

/**
 * "Control access to Lambda function URLs": AuthType NONE asks no signature but still the resource policy, which must let
 * everybody in; AWS_IAM needs one, and the caller's policies or the function's must grant. Since October 2025 both
 * lambda:InvokeFunctionUrl and lambda:InvokeFunction are asked for.
 */
export function authorizeUrl(ctx: Context, url: UrlRecord, request: HttpRequest, body: Buffer): UrlVerdict {
  if (url.AuthType === 'NONE')
    return mayInvoke(ctx, url, { kind: 'anonymous' })
      ? { caller: undefined }
      : forbidden(ctx, 'the policy is not public');
  const inName = callerOf(request);
  if (inName)
    return mayInvoke(ctx, url, inName) ? { caller: undefined } : forbidden(ctx, 'the policy does not let it in');
  try {
    const signer = signerOf(ctx, request, body);
    if (!signer) return forbidden(ctx, 'the request is not signed');
    if (signer.claim.service !== 'lambda' || signer.claim.region !== ctx.region)
      return unsound(`Credential should be scoped to a valid region and to correct service: 'lambda'.`);
    if (!mayInvoke(ctx, url, signer.principal)) return forbidden(ctx, 'no policy lets the caller in');
    return { caller: callerIdentity(signer) };
  } catch (error) {
    if (error instanceof AwsError) return unsound(error.message);
    throw error;
  }
}

function mayInvoke(ctx: Context, url: UrlRecord, principal: Principal): boolean {
  const authorizer = ctx.engine(authorization).current;
  if (!authorizer) return false;
  const target = {
    resource: url.FunctionArn,
    resourcePolicy: policyText(ctx, url.FunctionName, url.qualifier),
    resourceAccount: ctx.account,
  };
  const conditions = { 'lambda:FunctionUrlAuthType': url.AuthType };
  const account = principal.kind === 'anonymous' ? ctx.account : principal.account;
  const refusal = authorizer.refusal(ctx.as({ principal, account }), [
    { ...target, action: 'lambda:InvokeFunctionUrl', conditions },
    {
      ...target,
      action: 'lambda:InvokeFunction',
      conditions: { ...conditions, 'lambda:InvokedViaFunctionUrl': 'true' },
    },
  ]);
  if (refusal !== undefined) ctx.trace.note('refusal', refusal);
  return refusal === undefined;
}

function forbidden(ctx: Context, why: string): UrlVerdict {
  ctx.trace.note('forbidden', why);
  const Message =
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html';
  return answer('AccessDeniedException', { Message });
}

/** A signature that does not hold is told apart from a caller that has no leave. */
function unsound(message: string): UrlVerdict {
  return answer('InvalidSignatureException', { message });
}

function answer(type: string, body: object): UrlVerdict {
  return {
    caller: undefined,
    refusal: {
      status: 403,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
      body: JSON.stringify(body),
    },
  };
}
