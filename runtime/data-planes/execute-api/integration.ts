import { AwsError } from '../../kernel/errors.ts';
import { packageOnDemand } from '../../kernel/package-on-demand.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { HttpResponse } from '../http/exchange.ts';
import { hosts } from '../http/hosts.ts';
import type { ServedIntegration } from './api-table.ts';
import type { RouteMatch } from './match-route.ts';
import { eventV1, eventV2, split } from './proxy-event.ts';
import { functionResponse } from './proxy-response.ts';
import { type ApiExchange, gatewayPrincipal } from './serve-api.ts';

const undici = packageOnDemand<typeof import('undici')>('undici');

export interface IntegrationCall {
  match: RouteMatch;
  body: Buffer;
  authorizer: Record<string, unknown> | undefined;
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
  const started = kernel.clock.elapsed();
  try {
    if (integration.type === 'AWS_PROXY') return await callFunction(kernel, exchange, call, integration);
    return await callHttp(kernel, exchange, call, integration);
  } finally {
    exchange.integrationMs = kernel.clock.elapsed() - started;
  }
}

async function callFunction(
  kernel: Kernel,
  exchange: ApiExchange,
  call: IntegrationCall,
  integration: ServedIntegration,
): Promise<HttpResponse> {
  const { api, stage, request, hop } = exchange;
  const event = (integration.payloadFormatVersion === '1.0' ? eventV1 : eventV2)({
    request,
    body: call.body,
    match: call.match,
    stage,
    apiId: api.apiId,
    account: api.account,
    requestId: exchange.requestId,
    timeMs: exchange.timeMs,
    rawPath: split(request.url).path,
    authorizer: call.authorizer,
  });
  const [, path = '/'] = call.match.route.routeKey.split(' ');
  const sourceArn = `arn:aws:execute-api:${api.region}:${api.account}:${api.apiId}/${stage.stageName}/${call.match.route.routeKey === '$default' ? '$default' : `${call.match.route.method === 'ANY' ? '*' : call.match.route.method}${path}`}`;
  const ctx = kernel.context({ principal: gatewayPrincipal(api, sourceArn), region: api.region, trace: hop });
  const output = await within(kernel, integration.timeoutMs, (signal) =>
    ctx.call<{ FunctionError?: string; Payload?: Uint8Array }>(
      'lambda',
      'Invoke',
      {
        FunctionName: functionOf(integration.uri),
        InvocationType: 'RequestResponse',
        Payload: Buffer.from(JSON.stringify(event)),
      },
      { signal },
    ),
  ).catch((error: unknown) => error as Error);
  if (output === undefined) return message(503, 'Service Unavailable');
  if (output instanceof Error) return refusedCall(hop, output);
  if (output.FunctionError) {
    hop.note('functionError', output.FunctionError);
    return message(500, 'Internal Server Error');
  }
  const payload = Buffer.from(output.Payload ?? []).toString('utf8');
  return functionResponse(payload, integration.payloadFormatVersion) ?? message(500, 'Internal Server Error');
}

/** Throttled functions are 503 to the client, everything else 500 ("Troubleshoot HTTP API Lambda integrations"). */
function refusedCall(hop: ApiExchange['hop'], error: Error): HttpResponse {
  if (!(error instanceof AwsError)) throw error;
  hop.note('integrationError', `${error.code}: ${error.message}`);
  return error.code === 'TooManyRequestsException'
    ? message(503, 'Service Unavailable')
    : message(500, 'Internal Server Error');
}

/** A function's ARN, bare or inside the invocation path that older templates write. */
function functionOf(uri: string): string {
  return /functions\/(arn:[^/]+)\/invocations/.exec(uri)?.[1] ?? uri;
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

async function callHttp(
  kernel: Kernel,
  exchange: ApiExchange,
  call: IntegrationCall,
  integration: ServedIntegration,
): Promise<HttpResponse> {
  const { request, hop } = exchange;
  const target = fillPath(integration.uri, call.match.pathParameters);
  const url = new URL(target);
  const { query } = split(request.url);
  const pathAndQuery = url.pathname + (query ? `?${query}` : url.search);
  const method = integration.method && integration.method !== 'ANY' ? integration.method : request.method;
  const plane = kernel.engine(hosts).find(url.hostname);
  const headers: Record<string, string> = { ...request.headers, host: url.host };
  if (plane) return plane({ ...request, method, url: pathAndQuery, host: url.hostname, headers, body: call.body }, hop);
  if (!/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname)) {
    hop.note('integrationError', `${url.hostname} is outside: Orrery opens no connections to the internet`);
    return message(503, 'Service Unavailable');
  }
  const { 'content-length': _length, connection: _connection, ...sent } = headers;
  const answer = await undici()
    .fetch(new URL(pathAndQuery, url.origin), {
      method,
      headers: sent,
      ...(call.body.length > 0 ? { body: call.body } : {}),
      redirect: 'manual',
    })
    .catch(() => undefined);
  if (!answer) return message(503, 'Service Unavailable');
  return {
    status: answer.status,
    headers: Object.fromEntries(
      [...answer.headers].filter(
        ([name]) => !/^(connection|transfer-encoding|content-encoding|content-length)$/.test(name),
      ),
    ),
    body: Buffer.from(await answer.arrayBuffer()),
  };
}

function fillPath(uri: string, parameters: Record<string, string>): string {
  return uri.replace(/\{([^}+]+)\+?\}/g, (whole, name: string) => parameters[name] ?? whole);
}
