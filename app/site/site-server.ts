// For tests: the site as CloudFront would serve it, on a free loopback port, with the real API handler and queue
// processor behind /api/* over an in-memory table and queue.
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { callApi } from '../functions/api-handler/call-api.ts';
import { type InMemoryAws, inMemoryAws, sqsEvent } from '../functions/in-memory-aws.ts';
import { createProcessor } from '../functions/queue-processor/processor.ts';

export type SiteServer = {
  url: string;
  aws: InMemoryAws;
  /** Every request to the API so far. */
  requests: { method: string; path: string; idempotencyKey: string | undefined }[];
  /** What to do instead of answering an API request; true says it was done. Runs after the handler when `late`. */
  interfere: { late: boolean; run: (request: IncomingMessage, response: ServerResponse) => boolean };
  /** Hands the queue's messages to the processor, as SQS would by itself. */
  processQueue(): Promise<void>;
  close(): Promise<void>;
};

const siteFolder = import.meta.dirname;

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The policy README.md asks the stack to send. A violation shows up as an error in the browser's console. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

export async function startSite(): Promise<SiteServer> {
  const aws = inMemoryAws();
  const site: SiteServer = {
    url: '',
    aws,
    requests: [],
    interfere: { late: false, run: () => false },
    processQueue: () => processQueue(aws),
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
  const server = createServer((request, response) => {
    const answered = request.url?.startsWith('/api/')
      ? answerApi(site, request, response)
      : answerFile(request, response);
    answered.catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return site;
}

async function answerApi(site: SiteServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = request;
  const idempotencyKey = headers['idempotency-key'] as string | undefined;
  site.requests.push({ method, path, idempotencyKey });
  const body = (await buffer(request)).toString();
  if (!site.interfere.late && site.interfere.run(request, response)) return;
  const answer = await callApi(site.aws, method, path, {
    headers: headers as Record<string, string>,
    ...(body === '' ? {} : { body }),
  });
  if (site.interfere.late && site.interfere.run(request, response)) return;
  response.writeHead(answer.statusCode, answer.headers).end(answer.body);
}

async function answerFile(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://site');
  const name = pathname === '/' ? 'index.html' : normalize(pathname);
  const type = contentTypes[extname(name)];
  const file = type && (await readFile(join(siteFolder, name)).catch(() => undefined));
  const headers = { ...securityHeaders, 'content-type': type ?? contentTypes['.html'] };
  if (file) response.writeHead(200, headers).end(file);
  else response.writeHead(404, headers).end(await readFile(join(siteFolder, '404.html')));
}

async function processQueue(aws: InMemoryAws): Promise<void> {
  const log = { info() {}, warn() {}, error() {} };
  const processor = createProcessor({ documents: aws.documents, tableName: 'orders', createLog: () => log });
  await processor(sqsEvent(aws.messages.splice(0)), { awsRequestId: 'processor-request' });
}
