import { AwsError } from '../../kernel/errors.ts';
import { servicePrincipal } from '../../kernel/principal.ts';
import { BodyTooLarge, type HttpResponse, readBody } from '../http/exchange.ts';
import { generated } from './answers.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { pathOf, queryPairs } from './match-rule.ts';
import type { Target, TargetGroup } from './target-group.ts';
import type { Visit } from './visit.ts';

/** "Limits" of "Lambda functions as targets": 1 MB of request body, and of the answer. */
const limitBytes = 1024 * 1024;

export async function callFunction(visit: Visit, group: TargetGroup, target: Target): Promise<HttpResponse> {
  const { kernel, hop } = visit;
  let body: Buffer;
  try {
    body = await readBody(visit.request.body, limitBytes);
  } catch (error) {
    return generated(error instanceof BodyTooLarge ? 413 : 400);
  }
  const { table } = group;
  const principal = servicePrincipal('elasticloadbalancing.amazonaws.com', table.account, { sourceArn: table.arn });
  const started = kernel.clock.elapsed();
  target.outstanding += 1;
  try {
    const output = await kernel
      .context({ principal, region: table.region, trace: hop })
      .call<{ FunctionError?: string; Payload?: Uint8Array }>('lambda', 'Invoke', {
        FunctionName: target.table.id,
        InvocationType: 'RequestResponse',
        Payload: Buffer.from(JSON.stringify(eventOf(visit, group, body))),
      });
    visit.targetMs = kernel.clock.elapsed() - started;
    if (output.FunctionError) return broken(visit, 'LambdaUnhandled');
    return answerOf(visit, group, Buffer.from(output.Payload ?? []));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    hop.note('lambdaError', error.code);
    return broken(visit, /AccessDenied/.test(error.code) ? 'LambdaAccessDenied' : reasonOf(error));
  } finally {
    target.outstanding -= 1;
  }
}

function reasonOf({ code, status }: AwsError): string {
  if (status === 429 || code === 'TooManyRequestsException') return 'LambdaThrottling';
  if (code === 'ResourceNotFoundException') return 'LambdaResourceNotFound';
  return 'LambdaUnhandled';
}

function broken(visit: Visit, reason: string): HttpResponse {
  visit.errorReason = reason;
  visit.hop.note('errorReason', reason);
  return generated(502);
}

/** "Receive events from the load balancer". */
function eventOf(visit: Visit, group: TargetGroup, body: Buffer): object {
  const { request, listener, hop, loadBalancer } = visit;
  const headers = forwardedHeaders(request, { listener, settings: loadBalancer.attributes, hop });
  const pairs = queryPairs(request.url);
  const encoded = isBinary(headers);
  const about = {
    requestContext: { elb: { targetGroupArn: group.table.arn } },
    httpMethod: request.method,
    path: pathOf(request.url),
  };
  const rest = { body: body.toString(encoded ? 'base64' : 'utf8'), isBase64Encoded: encoded && body.length > 0 };
  if (!group.table.multiValueHeaders)
    return { ...about, queryStringParameters: Object.fromEntries(pairs), headers, ...rest };
  const multi: Record<string, string[]> = {};
  for (const [name, value] of pairs) multi[name] = [...(Object.hasOwn(multi, name) ? (multi[name] ?? []) : []), value];
  return {
    ...about,
    multiValueQueryStringParameters: multi,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    ...rest,
  };
}

/** Text, JSON, JavaScript and XML go as they are, all else and all that is compressed as base64. */
function isBinary(headers: Record<string, string>): boolean {
  if (headers['content-encoding']) return true;
  const type = headers['content-type'];
  return type !== undefined && !/^(text\/|application\/(json|javascript|xml)\b)/i.test(type);
}

interface FunctionAnswer {
  statusCode?: number | string;
  headers?: Record<string, unknown>;
  multiValueHeaders?: Record<string, unknown[]>;
  body?: string;
  isBase64Encoded?: boolean;
}

/** "Respond to the load balancer": anything but a JSON object with a status is a 502. */
function answerOf(visit: Visit, group: TargetGroup, payload: Buffer): HttpResponse {
  if (payload.length > limitBytes) return broken(visit, 'LambdaResponseTooLarge');
  let answer: FunctionAnswer;
  try {
    answer = JSON.parse(payload.toString('utf8')) as FunctionAnswer;
  } catch {
    return broken(visit, 'LambdaInvalidResponse');
  }
  const status = Number(answer?.statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return broken(visit, 'LambdaInvalidResponse');
  const headers: Record<string, string | string[]> = {};
  // With multi-value headers on, only those count, and without it only the others.
  const given = group.table.multiValueHeaders ? answer.multiValueHeaders : answer.headers;
  for (const [name, value] of Object.entries(given ?? {})) {
    if (/^(connection|keep-alive|transfer-encoding|upgrade|content-length)$/i.test(name)) continue;
    headers[name.toLowerCase()] = Array.isArray(value) ? value.map(String) : String(value);
  }
  const body = Buffer.from(String(answer.body ?? ''), answer.isBase64Encoded ? 'base64' : 'utf8');
  visit.targetStatus = status;
  return { status, headers: { server: 'awselb/2.0', ...headers }, body };
}
