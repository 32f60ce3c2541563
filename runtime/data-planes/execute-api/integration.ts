import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { HttpResponse } from '../http/exchange.ts';
import type { ServedIntegration } from './api-table.ts';
import { callFunction } from './call-function.ts';
import { callHttp } from './call-http.ts';
import { callService } from './call-service.ts';
import type { RouteMatch } from './match-route.ts';
import { type MappedRequest, mapRequest, mapResponse } from './parameter-mapping.ts';
import type { ApiExchange } from './serve-api.ts';

export interface IntegrationCall {
  match: RouteMatch;
  body: Buffer;
  authorizer: Record<string, unknown> | undefined;
}

/** What an integration is given: the request as the client sent it, and what parameter mappings make of it. */
export interface IntegrationAttempt extends IntegrationCall {
  kernel: Kernel;
  exchange: ApiExchange;
  integration: ServedIntegration;
  mapped: MappedRequest | undefined;
  /** Aborted when TimeoutInMillis is over. */
  signal: AbortSignal;
}

/** API Gateway's own answers have this form. */
export function message(status: number, text: string): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message: text }) };
}

export async function callIntegration(
  kernel: Kernel,
  exchange: ApiExchange,
  call: IntegrationCall,
): Promise<HttpResponse> {
  const { integration } = call.match.route;
  if (!integration) return message(500, 'Internal Server Error');
  const sources = { exchange, body: call.body, pathParameters: call.match.pathParameters };
  const mapped =
    integration.subtype === undefined && integration.request.length > 0
      ? mapRequest(integration.request, sources)
      : undefined;
  const started = kernel.clock.elapsed();
  const outcome = await within(kernel, integration.timeoutMs, (signal) =>
    attempt({ ...call, kernel, exchange, integration, mapped, signal }),
  ).catch((error: unknown) => error as Error);
  exchange.integrationMs = kernel.clock.elapsed() - started;
  if (outcome === undefined) return message(503, 'Service Unavailable');
  if (outcome instanceof Error) return refusedCall(exchange.hop, outcome);
  if (!outcome.answered) return outcome.response;
  const changes = integration.response.get(outcome.response.status);
  return changes ? mapResponse(changes, outcome.response, sources) : outcome.response;
}

/** `answered` says that the response is the integration's own, which response parameters may change. */
export interface IntegrationOutcome {
  answered: boolean;
  response: HttpResponse;
}

function attempt(call: IntegrationAttempt): Promise<IntegrationOutcome> {
  if (call.integration.subtype !== undefined) return callService(call);
  return call.integration.type === 'AWS_PROXY' ? callFunction(call) : callHttp(call);
}

/** Throttled functions are 503 to the client, everything else 500 ("Troubleshoot HTTP API Lambda integrations"). */
function refusedCall(hop: ApiExchange['hop'], error: Error): HttpResponse {
  if (!(error instanceof AwsError)) throw error;
  hop.note('integrationError', `${error.code}: ${error.message}`);
  // "Lambda quotas": 6 MB for what a function is invoked with, which is less than an API takes.
  if (error.code === 'RequestTooLargeException') return message(413, 'Request Entity Too Large');
  return error.code === 'TooManyRequestsException'
    ? message(503, 'Service Unavailable')
    : message(500, 'Internal Server Error');
}

/** Undefined when the time is over first. */
async function within<T>(
  kernel: Kernel,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const abort = new AbortController();
  let expire: () => void = () => undefined;
  const over = new Promise<undefined>((resolve) => {
    expire = () => resolve(undefined);
  });
  const timer = kernel.clock.after(
    timeoutMs,
    'integration time-out',
    () => {
      expire();
      abort.abort(new Error('the integration timed out'));
    },
    { basis: 'elapsed' },
  );
  try {
    return await Promise.race([work(abort.signal), over]);
  } finally {
    timer.cancel();
  }
}
