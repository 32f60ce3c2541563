/**
 * The console's side in the runtime: its page, a small JSON API and one stream of events, all under /_orrery/ at the host
 * orrery.localhost. Loaded with the first request for it: a start does not pay for it. See decisions/0024.
 */
import { type HttpRequest, type HttpResponse, readBody } from '../../data-planes/http/exchange.ts';
import { AwsError, PersonError } from '../../kernel/errors.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import { type ApiHandler, apiHandlers } from './console-api.ts';
import { consoleHost, refusePage } from './console-host.ts';
import { liveStream } from './live-stream.ts';
import { recorder } from './recorder.ts';
import { staticFile } from './static-files.ts';

const prefix = '/_orrery/';
const bodyLimit = 1024 * 1024;

export async function answerConsole(kernel: Kernel, request: HttpRequest): Promise<HttpResponse> {
  const refusal = refusePage(request);
  if (refusal) return refusal;
  const url = new URL(request.url, `http://${consoleHost}`);
  if (!url.pathname.startsWith(prefix)) return { status: 302, headers: { location: prefix }, body: undefined };
  const path = url.pathname.slice(prefix.length);
  if (path === 'console/events') return kernel.engine(liveStream).open(request, url.searchParams);
  if (path.startsWith('console/')) return answerApi(kernel, request, { path: path.slice('console/'.length), url });
  return staticFile(request, path);
}

async function answerApi(
  kernel: Kernel,
  request: HttpRequest,
  { path, url }: { path: string; url: URL },
): Promise<HttpResponse> {
  const handler: ApiHandler | undefined = apiHandlers[`${request.method} ${path}`];
  if (!handler) return json(404, { code: 'unknown-request', message: `There is no ${request.method} ${path}.` });
  // A form of another page can post, but not as JSON.
  if (request.method === 'POST' && !request.headers['content-type']?.startsWith('application/json'))
    return json(415, { code: 'not-json', message: 'Send the request as application/json.' });
  try {
    const text = (await readBody(request.body, bodyLimit)).toString();
    const body = text ? (JSON.parse(text) as Record<string, unknown>) : {};
    const trace = startTrace(kernel, 'orrery', 'console');
    kernel.engine(recorder).leaveOut(trace.traceId);
    const answer = await handler({ kernel, trace, signal: request.signal }, { query: url.searchParams, body });
    return 'status' in answer && 'headers' in answer ? (answer as HttpResponse) : json(200, answer);
  } catch (error) {
    if (error instanceof AwsError) return json(400, { code: error.code, message: error.message });
    if (error instanceof PersonError) return json(400, { code: error.code, message: `${error.message} ${error.next}` });
    if (error instanceof SyntaxError) return json(400, { code: 'not-json', message: 'The body is not JSON.' });
    throw error;
  }
}

function json(status: number, value: object): HttpResponse {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body: JSON.stringify(status < 400 ? value : { error: value }),
  };
}
