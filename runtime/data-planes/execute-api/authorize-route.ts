import type { Kernel } from '../../kernel/service.ts';
import type { HttpResponse } from '../http/exchange.ts';
import { message } from './integration.ts';
import type { RouteMatch } from './match-route.ts';
import type { ApiExchange } from './serve-api.ts';

export interface Verdict {
  refusal?: HttpResponse;
  /** What the integration sees as requestContext.authorizer. */
  context: Record<string, unknown> | undefined;
}

/** Authorizers are compiled only for the kinds that are done; a route that has another kind is refused when it is made. */
export async function authorizeRoute(
  _kernel: Kernel,
  _exchange: ApiExchange,
  match: RouteMatch,
  _body: Buffer,
): Promise<Verdict> {
  if (!match.route.authorizer) return { context: undefined };
  return { context: undefined, refusal: message(401, 'Unauthorized') };
}
