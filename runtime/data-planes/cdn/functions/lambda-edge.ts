import { Readable } from 'node:stream';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Origin } from '../configuration.ts';
import type { OriginReply, OriginRequest } from '../origin/ask-origin.ts';
import type { Served } from '../serve.ts';
import type { Edge, Visit } from '../visit.ts';
import {
  joinedHeaders,
  type LambdaEventType,
  type LambdaOrigin,
  type LambdaRequest,
  type LambdaResponse,
  type LambdaSubject,
  lambdaEvent,
  plainHeaders,
} from './lambda-event.ts';

/** Lambda@Edge failed: 502 with the reason in X-Cache, 503 when Lambda throttled it ("Test and debug Lambda@Edge functions"). */
export class LambdaFailure extends Error {
  readonly outcome: 'LambdaExecutionError' | 'LambdaValidationError';

  constructor(outcome: LambdaFailure['outcome'], message: string) {
    super(message);
    this.outcome = outcome;
  }
}

/** Before the cache: changes the visit's request, or answers. */
export async function lambdaViewerRequest(edge: Edge, visit: Visit): Promise<Served | undefined> {
  const arn = visit.behaviour.lambda['viewer-request'];
  if (arn === undefined) return undefined;
  const { viewer } = visit;
  const output = await invoke(edge, visit, arn, 'viewer-request', { request: viewer });
  if (isResponse(output)) return { ...answerOf(output), outcome: 'LambdaGeneratedResponse' };
  const headers = joinedHeaders(output.headers);
  if (viewer.headers.host !== undefined) headers.host = viewer.headers.host;
  visit.viewer = { ...viewer, path: pathOf(output), query: output.querystring ?? '', headers };
  return undefined;
}

/** After the cache: headers and status of what goes to the viewer. */
export async function lambdaViewerResponse(edge: Edge, visit: Visit, served: Served): Promise<Served> {
  const arn = visit.behaviour.lambda['viewer-response'];
  if (arn === undefined) return served;
  const output = await invoke(edge, visit, arn, 'viewer-response', { request: visit.viewer, response: served });
  if (!isResponse(output)) throw invalid('viewer-response returned no response');
  return { ...served, ...changed(output, served) };
}

/** Between cache and origin: another request, another origin, or an answer in the origin's place. */
export async function lambdaOriginRequest(
  edge: Edge,
  visit: Visit,
  asked: Asked,
): Promise<Asked & { reply?: OriginReply }> {
  const arn = visit.behaviour.lambda['origin-request'];
  if (arn === undefined) return asked;
  const { origin, request } = asked;
  const { path, query } = split(request.url, origin.path);
  const output = await invoke(edge, visit, arn, 'origin-request', { request: { ...request, path, query }, origin });
  if (isResponse(output)) return { ...asked, reply: { ...answerOf(output), failure: undefined, reason: undefined } };
  const target = output.origin?.custom ?? output.origin?.s3;
  const towards = target ? originFrom(origin, target, output.origin?.s3 !== undefined) : origin;
  const headers = joinedHeaders(output.headers);
  if (towards.domainName !== origin.domainName && headers.host === origin.domainName) headers.host = towards.domainName;
  const search = output.querystring ? `?${output.querystring}` : '';
  return {
    origin: towards,
    request: {
      ...request,
      headers: { ...headers, ...towards.customHeaders },
      url: `${towards.path}${pathOf(output)}${search}`,
    },
  };
}

/** Before the answer is kept: headers, status and, where the function gives one, the body. */
export async function lambdaOriginResponse(edge: Edge, visit: Visit, reply: OriginReply): Promise<OriginReply> {
  const arn = visit.behaviour.lambda['origin-response'];
  if (arn === undefined || reply.failure !== undefined) return reply;
  const output = await invoke(edge, visit, arn, 'origin-response', { request: visit.viewer, response: reply });
  if (!isResponse(output)) throw invalid('origin-response returned no response');
  if (output.body !== undefined && reply.body instanceof Readable) reply.body.destroy();
  return { ...reply, ...changed(output, reply) };
}

interface Asked {
  origin: Origin;
  request: OriginRequest;
}

async function invoke(
  edge: Edge,
  visit: Visit,
  arn: string,
  type: LambdaEventType,
  subject: LambdaSubject,
): Promise<LambdaRequest | LambdaResponse> {
  const { site } = visit;
  const principal = servicePrincipal('edgelambda.amazonaws.com', site.account, {
    sourceArn: site.arn,
    serviceLinked: true,
  });
  const Payload = Buffer.from(JSON.stringify(lambdaEvent(visit, type, subject)));
  const context = edge.kernel.context({ principal, region: 'us-east-1', trace: visit.hop });
  let output: { FunctionError?: string; Payload?: Uint8Array };
  try {
    output = await context.call('lambda', 'Invoke', { FunctionName: arn, InvocationType: 'RequestResponse', Payload });
  } catch (error) {
    throw new LambdaFailure('LambdaExecutionError', (error as Error).message);
  }
  const text = Buffer.from(output.Payload ?? []).toString();
  if (output.FunctionError !== undefined) throw new LambdaFailure('LambdaExecutionError', text);
  visit.hop.note(`lambda ${type}`, 'ok');
  try {
    const result: unknown = JSON.parse(text);
    if (typeof result === 'object' && result !== null) return result as LambdaRequest | LambdaResponse;
  } catch {
    // Falls through to the same refusal: the answer is no JSON.
  }
  throw invalid('the function returned neither a request nor a response');
}

function invalid(message: string): LambdaFailure {
  return new LambdaFailure('LambdaValidationError', message);
}

function isResponse(output: LambdaRequest | LambdaResponse): output is LambdaResponse {
  return 'status' in output;
}

function answerOf(output: LambdaResponse): {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer | undefined;
} {
  const status = Number(output.status);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw invalid(`the status ${output.status} is not valid`);
  const headers = plainHeaders(output.headers);
  delete headers['content-length'];
  const body =
    output.body === undefined
      ? undefined
      : Buffer.from(output.body, output.bodyEncoding === 'base64' ? 'base64' : 'utf8');
  if (body) headers['content-length'] = String(body.length);
  return { status, headers, body };
}

/** A body the function did not give stays, and with it its length. */
function changed<B>(output: LambdaResponse, given: { headers: Record<string, string | string[]>; body: B }) {
  const answer = answerOf(output);
  if (output.body !== undefined) return answer;
  const length = given.headers['content-length'];
  if (length !== undefined) answer.headers['content-length'] = length;
  return { ...answer, body: given.body };
}

function pathOf(output: LambdaRequest): string {
  if (typeof output.uri !== 'string' || !output.uri.startsWith('/')) throw invalid('the uri must begin with a slash');
  return output.uri;
}

function split(url: string, originPath: string): { path: string; query: string } {
  const [whole = '', query = ''] = url.split(/\?(.*)/s);
  return { path: whole.slice(originPath.length), query };
}

function originFrom(origin: Origin, target: LambdaOrigin, s3: boolean): Origin {
  const protocol = target.protocol === undefined ? origin.protocol : (`${target.protocol}-only` as const);
  const port =
    target.port === undefined
      ? {}
      : target.protocol === 'http'
        ? { httpPort: target.port }
        : { httpsPort: target.port };
  return {
    ...origin,
    ...port,
    s3,
    protocol,
    domainName: target.domainName.toLowerCase(),
    path: target.path ?? '',
    customHeaders: joinedHeaders(target.customHeaders),
    readTimeoutSeconds: target.readTimeout ?? origin.readTimeoutSeconds,
  };
}
