import { Readable } from 'node:stream';
import { type DataPlane, type HttpRequest, type HttpResponse, readBody } from '../data-planes/http/exchange.ts';
import { internalRoutes } from '../data-planes/http/internal-routes.ts';
import { AwsError, PersonError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/service.ts';

/** One thing the command line can ask of a running runtime: an answer, or lines of JSON as they come. */
export type AdminHandler = (
  body: Record<string, unknown>,
  query: URLSearchParams,
  signal: AbortSignal,
) => Promise<object> | AsyncIterable<object>;

const bodyLimit = 1024 * 1024;

/**
 * Serves /_orrery/api/<name> on the API port. Keys are `METHOD name`. For the command line, which no page speaks for: a page
 * of this machine's own may be anybody's, an object in a bucket say, and could wind the clock or end the cloud.
 */
export function serveAdminApi(kernel: Kernel, handlers: Record<string, AdminHandler>): void {
  const prefix = '/_orrery/api/';
  const plane: DataPlane = async (request) => {
    if (isOfPage(request))
      return failure(403, new PersonError('from-a-page', 'Pages may not ask this.', 'Use the command line.'));
    const url = new URL(request.url, 'http://localhost');
    const handler = handlers[`${request.method} ${url.pathname.slice(prefix.length)}`];
    if (!handler)
      return failure(
        404,
        new PersonError(
          'unknown-request',
          `There is no ${request.method} ${url.pathname}.`,
          'Is the command line of the same version as the runtime?',
        ),
      );
    try {
      return await answer(handler, request, url);
    } catch (error) {
      return failure(400, error);
    }
  };
  kernel.engine(internalRoutes).set(prefix, plane);
}

/** "Sec-Fetch-Site", MDN: a browser sends `none` for what a person typed into the address bar alone. */
function isOfPage({ headers }: HttpRequest): boolean {
  return headers.origin !== undefined || !['none', undefined].includes(headers['sec-fetch-site']);
}

async function answer(handler: AdminHandler, request: HttpRequest, url: URL): Promise<HttpResponse> {
  const text = (await readBody(request.body, bodyLimit)).toString();
  const result = handler(text ? (JSON.parse(text) as Record<string, unknown>) : {}, url.searchParams, request.signal);
  if (Symbol.asyncIterator in result) {
    return {
      status: 200,
      headers: { 'content-type': 'application/x-ndjson' },
      body: Readable.from(lines(result), { objectMode: false }),
    };
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(await result) };
}

/** The status is out by then, so a failure is a line of its own, `{error}`. */
async function* lines(source: AsyncIterable<object>): AsyncGenerator<string> {
  try {
    for await (const value of source) yield `${JSON.stringify(value)}\n`;
  } catch (error) {
    yield `${JSON.stringify({ error: describe(error) })}\n`;
  }
}

function failure(status: number, error: unknown): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error: describe(error) }) };
}

function describe(error: unknown): { code: string; message: string; next: string } {
  if (error instanceof PersonError) return { code: error.code, message: error.message, next: error.next };
  if (error instanceof AwsError) return { code: error.code, message: error.message, next: '' };
  return {
    code: 'bug',
    message: error instanceof Error ? error.message : String(error),
    next: 'This is a bug of Orrery; please report it.',
  };
}
