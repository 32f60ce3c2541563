import type { CompiledRoute } from './api-table.ts';
import { type IntegrationAttempt, type IntegrationOutcome, message } from './integration.ts';
import { integrationPrincipal } from './integration-role.ts';
import { eventV1, eventV2, split } from './proxy-event.ts';
import { functionResponse } from './proxy-response.ts';

/** "AWS Lambda proxy integrations for HTTP APIs". */
export async function callFunction(attempt: IntegrationAttempt): Promise<IntegrationOutcome> {
  const { kernel, exchange, integration, match, signal } = attempt;
  const { api, stage, hop } = exchange;
  const sourceArn = `arn:aws:execute-api:${api.region}:${api.account}:${api.apiId}/${stage.stageName}/${routeOf(match.route)}`;
  const principal = integrationPrincipal(kernel, api, { credentialsArn: integration.credentialsArn, sourceArn });
  const ctx = kernel.context({ principal, region: api.region, trace: hop });
  const output = await ctx.call<{ FunctionError?: string; Payload?: Uint8Array }>(
    'lambda',
    'Invoke',
    {
      FunctionName: functionOf(integration.uri),
      InvocationType: 'RequestResponse',
      Payload: Buffer.from(JSON.stringify(eventOf(attempt))),
    },
    { signal },
  );
  const failed = { answered: false, response: message(500, 'Internal Server Error') };
  if (output.FunctionError) {
    hop.note('functionError', output.FunctionError);
    return failed;
  }
  const payload = output.Payload ?? new Uint8Array();
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  const response = functionResponse(text, integration.payloadFormatVersion);
  return response ? { answered: true, response } : failed;
}

function eventOf({ exchange, integration, match, body, authorizer, mapped }: IntegrationAttempt): object {
  const { api, stage, requestId, timeMs } = exchange;
  let { request } = exchange;
  if (mapped) {
    const path = mapped.path ?? split(request.url).path;
    request = { ...request, headers: mapped.headers, url: mapped.query ? `${path}?${mapped.query}` : path };
  }
  return (integration.payloadFormatVersion === '1.0' ? eventV1 : eventV2)({
    request,
    body,
    match,
    stage,
    apiId: api.apiId,
    account: api.account,
    requestId,
    timeMs,
    rawPath: rawPath(exchange, integration, split(request.url).path, mapped?.path),
    authorizer,
  });
}

/**
 * As the client sent it; but format 2.0 leaves out the path of an API mapping and has the stage instead ("Working with AWS
 * Lambda proxy integrations for HTTP APIs", rawPath).
 */
function rawPath(
  exchange: IntegrationAttempt['exchange'],
  { payloadFormatVersion }: IntegrationAttempt['integration'],
  sent: string,
  overwritten: string | undefined,
): string {
  if (overwritten !== undefined || !exchange.mapped || payloadFormatVersion === '1.0') return sent;
  const { stageName } = exchange.stage;
  return stageName === '$default' ? exchange.path : `/${stageName}${exchange.path}`;
}

/** The route as the function's resource policy knows it. */
function routeOf({ routeKey, method }: CompiledRoute): string {
  if (routeKey === '$default') return routeKey;
  return `${method === 'ANY' ? '*' : method}${routeKey.split(' ')[1] ?? '/'}`;
}

/** A function's ARN, bare or inside the invocation path that older templates write. */
function functionOf(uri: string): string {
  return /functions\/(arn:[^/]+)\/invocations/.exec(uri)?.[1] ?? uri;
}
