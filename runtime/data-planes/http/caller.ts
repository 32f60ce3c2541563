import type { Principal } from '../../kernel/principal.ts';
import type { HttpRequest } from './exchange.ts';

/**
 * In whose name a request is made, where one part of AWS asks another without signing on the wire: CloudFront fetching
 * from S3 with origin access control. Kept beside the request, never in a header, so that no client can claim it.
 */
const callers = new WeakMap<HttpRequest, Principal>();

export function setCaller(request: HttpRequest, principal: Principal): void {
  callers.set(request, principal);
}

/** Undefined: whoever signed the request, or nobody. */
export function callerOf(request: HttpRequest): Principal | undefined {
  return callers.get(request);
}
