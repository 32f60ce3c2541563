import { Readable } from 'node:stream';
import { BodyTooLarge, type HttpRequest, type HttpResponse, readBody } from '../../../data-planes/http/exchange.ts';
import { hosts } from '../../../data-planes/http/hosts.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Hop } from '../../../kernel/events/hop.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { findVersion } from '../function-names.ts';
import { type UrlRecord, urls } from '../state.ts';
import { corsHeaders, isPreflight } from './cors.ts';
import { execute } from './execute.ts';
import { requestEvent } from './http-event.ts';
import { streamedResponse, toResponse } from './http-response.ts';
import { authorizeUrl } from './url-authorization.ts';

const BODY_LIMIT_BYTES = 6 * 1024 * 1024;

/** Puts a function URL's host on the gateway. */
export function openUrl(kernel: Kernel, place: { account: string; region: string }, url: UrlRecord): void {
  kernel.engine(hosts).set(hostOf(url), (request, hop) => serve(kernel, place, url, { request, hop }));
}

export function closeUrl(kernel: Kernel, url: UrlRecord): void {
  kernel.engine(hosts).remove(hostOf(url));
}

/** After a start: every URL that was there. */
export function openUrls(kernel: Kernel): void {
  for (const scope of kernel.store.scopes('lambda.urls')) {
    const records = { collection: <T extends object>(name: string) => kernel.store.collection<T>(name, scope) };
    for (const url of urls(records).values()) openUrl(kernel, scope, url);
  }
}

function hostOf(url: UrlRecord): string {
  return new URL(url.FunctionUrl).host;
}

interface Arrival {
  request: HttpRequest;
  hop: Hop;
}

async function serve(
  kernel: Kernel,
  place: { account: string; region: string },
  url: UrlRecord,
  { request, hop }: Arrival,
): Promise<HttpResponse> {
  const own = hop.child('lambda', `${request.method} ${request.url}`, url.FunctionArn);
  const ctx = kernel.context({
    principal: servicePrincipal('lambda.amazonaws.com', place.account),
    region: place.region,
    trace: own,
  });
  const response =
    isPreflight(request) && url.Cors ? { status: 200, headers: {}, body: undefined } : await answer(ctx, url, request);
  Object.assign(response.headers, corsHeaders(url.Cors, request), {
    'x-amzn-requestid': ctx.requestId,
    'x-amzn-trace-id': own.header,
  });
  own.end({ status: response.status });
  return response;
}

async function answer(ctx: Context, url: UrlRecord, request: HttpRequest): Promise<HttpResponse> {
  try {
    const body = await readBody(request.body, BODY_LIMIT_BYTES);
    const { refusal, caller } = authorizeUrl(ctx, url, request, body);
    if (refusal) return refusal;
    const named = { name: url.FunctionName, qualifier: url.qualifier };
    const version = findVersion(ctx, named, ctx.ids.random());
    const event = requestEvent(ctx, url, request, { body, caller });
    const streams = url.InvokeMode === 'RESPONSE_STREAM';
    const result = await execute(
      ctx,
      { ...named, version },
      { requestId: ctx.requestId, payload: Buffer.from(JSON.stringify(event)), streams },
    );
    if (result.functionError) return message(502, 'Internal Server Error');
    if (result.stream) return await streamedResponse(result.stream);
    if (streams)
      return {
        status: 200,
        headers: { 'content-type': 'application/octet-stream' },
        body: Readable.from([result.payload]),
      };
    return toResponse(result.payload);
  } catch (error) {
    if (error instanceof BodyTooLarge) return message(413, 'Request Entity Too Large');
    if (error instanceof AwsError)
      return error.status === 429 ? message(429, 'Rate Exceeded.') : message(502, 'Internal Server Error');
    throw error;
  }
}

function message(status: number, Message: string): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ Message }),
  };
}
