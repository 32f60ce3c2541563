import { randomUUID } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { createLog, errorFields, type Log } from '../../shared/log.ts';
import { Problem, problemResponse } from '../../shared/problem.ts';
import { answerMenu } from './menu.ts';
import { placeOrder } from './place-order.ts';
import { readOrder } from './read-order.ts';

/** What the routes work with. Only `send` of each client is used, so a test can stand in exactly there. */
export type Dependencies = {
  documents: Pick<DynamoDBDocumentClient, 'send'>;
  queue: Pick<SQSClient, 'send'>;
  tableName: string;
  queueUrl: string;
  now?: () => Date;
  newKey?: () => string;
  createLog?: typeof createLog;
};

/** One request as a route sees it. */
export type ApiRequest = Required<Dependencies> & { event: APIGatewayProxyEventV2; log: Log; parameter: string };

export type ApiHandler = (
  event: APIGatewayProxyEventV2,
  context: Pick<Context, 'awsRequestId'>,
) => Promise<APIGatewayProxyStructuredResultV2>;

type Route = { pattern: RegExp; methods: Record<string, (request: ApiRequest) => Answer> };
type Answer = APIGatewayProxyStructuredResultV2 | Promise<APIGatewayProxyStructuredResultV2>;

const routes: Route[] = [
  { pattern: /^\/api\/menu$/, methods: { GET: answerMenu, HEAD: answerMenu } },
  { pattern: /^\/api\/orders$/, methods: { POST: placeOrder } },
  { pattern: /^\/api\/orders\/([^/]+)$/, methods: { GET: readOrder, HEAD: readOrder } },
];

/**
 * Makes the Lambda handler of the HTTP API. It routes on method and path itself: the gateway then needs only one
 * catch-all route for the 404s and 405s to be problem documents too.
 */
export function createApi(dependencies: Dependencies): ApiHandler {
  const complete = { now: () => new Date(), newKey: () => randomUUID(), createLog, ...dependencies };
  return async (event, context) => {
    const { method, path } = event.requestContext.http;
    const log = complete.createLog({ requestId: context.awsRequestId, apiRequestId: event.requestContext.requestId });
    const startedAt = performance.now();
    const response = await answer({ ...complete, event, log, parameter: '' });
    const durationMs = Math.round(performance.now() - startedAt);
    log.info('answered', { method, path, status: response.statusCode, durationMs });
    return response;
  };
}

async function answer(request: ApiRequest): Promise<APIGatewayProxyStructuredResultV2> {
  const path = pathOf(request.event);
  try {
    return await route(path, request);
  } catch (error) {
    if (error instanceof Problem) return problemResponse(error, path);
    if (!isServiceError(error)) throw error;
    // AWS said no or did not answer. The same key makes trying again safe, so the customer is asked to.
    request.log.error('a service could not be used', errorFields(error));
    const detail = 'Your order is safe to send again: with the same Idempotency-Key it is never taken twice.';
    return problemResponse(new Problem('temporarily-unavailable', { detail, headers: { 'retry-after': '2' } }), path);
  }
}

function route(path: string, request: ApiRequest): Answer {
  const { method } = request.event.requestContext.http;
  for (const { pattern, methods } of routes) {
    const match = pattern.exec(path);
    if (!match) continue;
    const run = methods[method];
    if (run) return run({ ...request, parameter: match[1] ?? '' });
    const allow = Object.keys(methods).join(', ');
    throw new Problem('method-not-allowed', { detail: `${path} takes ${allow}, not ${method}.`, headers: { allow } });
  }
  throw new Problem('not-found', { detail: `The restaurant's API has no ${path}.` });
}

/** In payload format 2.0 `rawPath` starts with the stage's name unless the stage is `$default`. */
function pathOf({ rawPath, requestContext: { stage } }: APIGatewayProxyEventV2): string {
  const prefix = `/${stage}`;
  return stage !== '$default' && rawPath.startsWith(`${prefix}/`) ? rawPath.slice(prefix.length) : rawPath;
}

/** The SDK's retry strategy puts `$metadata` on whatever it gives up with, refused connections included. */
function isServiceError(error: unknown): boolean {
  return error instanceof Error && '$metadata' in error;
}
