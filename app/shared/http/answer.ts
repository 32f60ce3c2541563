import type { IncomingMessage } from 'node:http';
import { isUnavailable } from '../data/resilience.ts';
import { errorFields, type Log } from '../log.ts';
import { Problem, problemResponse } from '../problem.ts';
import { readBytes } from './body.ts';

export type HttpRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** What the route's pattern caught, decoded. */
  parameter: string;
  /** Whom the load balancer says it was asked by. */
  address: string;
  log: Log;
  /** Read once, and only when a route wants it. Throws the Problem when it is too large. */
  body(): Promise<Buffer>;
};

export type Answer = { status: number; headers: Record<string, string | string[]>; body?: string };

export type Route = {
  pattern: RegExp;
  methods: Record<string, (request: HttpRequest) => Answer | Promise<Answer>>;
};

/** Finds the route and makes an answer of whatever it returns or throws; an error never gets out of here. */
export async function answerTo(
  incoming: IncomingMessage,
  { routes, log, name }: { routes: Route[]; log: Log; name: string },
): Promise<Answer> {
  const url = new URL(incoming.url ?? '/', 'http://service');
  try {
    return await route(incoming, url, { routes, log });
  } catch (error) {
    return refusal(error, { path: url.pathname, log, name });
  }
}

function route(
  incoming: IncomingMessage,
  url: URL,
  { routes, log }: { routes: Route[]; log: Log },
): Answer | Promise<Answer> {
  const { method = 'GET', headers } = incoming;
  const path = url.pathname;
  for (const { pattern, methods } of routes) {
    const match = pattern.exec(path);
    if (!match) continue;
    const run = methods[method] ?? (method === 'HEAD' ? methods.GET : undefined);
    if (!run) {
      const allow = Object.keys(methods).flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each]));
      const allowed = [...new Set(allow)].join(', ');
      throw new Problem('method-not-allowed', {
        detail: `${path} takes ${allowed}, not ${method}.`,
        headers: { allow: allowed },
      });
    }
    return run({
      method,
      path,
      query: url.searchParams,
      headers,
      parameter: decoded(match[1]),
      address: addressOf(incoming),
      log,
      body: () => readBytes(incoming),
    });
  }
  throw new Problem('not-found', { detail: `The restaurant has no ${path}.` });
}

function refusal(error: unknown, { path, log, name }: { path: string; log: Log; name: string }): Answer {
  if (error instanceof Problem) return problemAnswer(error, path);
  if (isUnavailable(error)) {
    log.error('the database could not be used', errorFields(error));
    const detail = 'Nothing was lost, and it is safe to send this again with the same Idempotency-Key.';
    return problemAnswer(new Problem('temporarily-unavailable', { detail, headers: { 'retry-after': '2' } }), path);
  }
  log.error('our mistake', errorFields(error));
  return problemAnswer(new Problem('internal', { detail: `The ${name} service tripped over this request.` }), path);
}

function problemAnswer(problem: Problem, path: string): Answer {
  const { statusCode = 500, headers = {}, body = '' } = problemResponse(problem, path);
  return { status: statusCode, headers: headers as Record<string, string>, body };
}

export function jsonAnswer(value: unknown, { status = 200, headers = {} as Record<string, string> } = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  };
}

function decoded(text = ''): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The load balancer appends the address it saw to X-Forwarded-For, so only the last one cannot be made up. */
function addressOf({ headers, socket }: IncomingMessage): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
  return forwarded.at(-1)?.trim() || (socket.remoteAddress ?? '');
}
