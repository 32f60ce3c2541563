import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, createClock } from '../../kernel/clock/clock.ts';
import { EngineRoom } from '../../kernel/engine.ts';
import { createEvents, type HopEvent, type MetricEvent } from '../../kernel/events/events.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import { seededIds } from '../../kernel/ids.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import { openStore } from '../../kernel/store/store.ts';
import type { DataPlane, HttpRequest, HttpResponse } from '../http/exchange.ts';
import { readBody } from '../http/exchange.ts';
import { hosts } from '../http/hosts.ts';
import { type Cdn, cdn } from './cdn.ts';
import type { Behaviour, EdgeDistribution, Origin } from './configuration.ts';

/** An edge with held time and origins made of functions, for the tests of this folder. */
export interface TestEdge {
  clock: Clock;
  cdn: Cdn;
  hops: HopEvent[];
  metrics: MetricEvent[];
  /** Operations the edge called, e.g. S3 PutObject for logs. */
  calls: { service: string; operation: string; input: Record<string, unknown> }[];
  /** What those operations answer. */
  answers: Record<string, (input: Record<string, unknown>) => object>;
  /** Answers at `origin.test` unless another name is given; requests it saw are in `asked`. */
  origin(plane: DataPlane, domain?: string): HttpRequest[];
  deploy(change?: Partial<EdgeDistribution>, behaviour?: Partial<Behaviour>): void;
  get(url: string, headers?: Record<string, string>, request?: Partial<HttpRequest>): Promise<Viewed>;
  stop(): Promise<void>;
}

export interface Viewed {
  status: number;
  headers: Record<string, string | string[]>;
  body: string;
  bytes: Buffer;
}

const none = { kind: 'none', names: [] } as const;

export const originDefaults: Origin = {
  id: 'main',
  domainName: 'origin.test',
  path: '',
  customHeaders: {},
  connectionAttempts: 1,
  connectionTimeoutSeconds: 10,
  readTimeoutSeconds: 30,
  s3: false,
  caller: undefined,
  yieldsToAuthorization: false,
  protocol: 'https-only',
  httpPort: 80,
  httpsPort: 443,
};

/** As CachingOptimized, without an origin request policy. */
export const behaviourDefaults: Behaviour = {
  pathPattern: '*',
  target: 'main',
  viewerProtocolPolicy: 'redirect-to-https',
  allowedMethods: ['GET', 'HEAD'],
  cachedMethods: ['GET', 'HEAD'],
  compress: true,
  encodings: ['br', 'gzip'],
  keyed: { headers: none, cookies: none, queryStrings: none },
  forwarded: { headers: none, cookies: none, queryStrings: none },
  legacy: false,
  withheldFromS3: [],
  minTtlSeconds: 1,
  defaultTtlSeconds: 86_400,
  maxTtlSeconds: 31_536_000,
  responseHeaders: undefined,
  viewerRequest: undefined,
  viewerResponse: undefined,
  lambda: {},
  trustedKeys: undefined,
};

export function startEdge(): TestEdge {
  const dataDir = mkdtempSync(join(tmpdir(), 'orrery-cdn-'));
  const clock = createClock({ mode: 'held', startMs: Date.parse('2026-03-01T12:00:00Z') });
  const events = createEvents();
  const ids = seededIds('cdn');
  const calls: TestEdge['calls'] = [];
  const answers: TestEdge['answers'] = {};
  const kernel: Kernel = {
    clock,
    ids,
    events,
    store: openStore(dataDir),
    addresses: { apiUrl: '', httpPort: 0, httpsPort: 0, dnsPort: 0, smtpPort: 0 },
    engine: (token) => room.get(token),
    context: () =>
      ({
        call: async (service: string, operation: string, input: Record<string, unknown>) => {
          calls.push({ service, operation, input });
          return answers[operation]?.(input) ?? {};
        },
      }) as unknown as Context,
  };
  const room = new EngineRoom(kernel);
  const hops: HopEvent[] = [];
  const metrics: MetricEvent[] = [];
  events.on('hop', (hop) => hops.push(hop));
  events.on('metric', (metric) => metrics.push(metric));
  return {
    clock,
    cdn: room.get(cdn),
    hops,
    metrics,
    calls,
    answers,
    origin(plane, domain = 'origin.test') {
      const asked: HttpRequest[] = [];
      room.get(hosts).set(domain, (request, hop) => {
        asked.push(request);
        return plane(request, hop);
      });
      return asked;
    },
    deploy: (change = {}, behaviour = {}) =>
      room.get(cdn).deploy({ ...distribution(), behaviours: [{ ...behaviourDefaults, ...behaviour }], ...change }),
    get: (url, headers = {}, request = {}) => view(kernel, url, headers, request),
    async stop() {
      await room.stop();
      kernel.store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function distribution(): EdgeDistribution {
  return {
    id: 'E123',
    arn: 'arn:aws:cloudfront::000000000000:distribution/E123',
    account: '000000000000',
    domainName: 'd123.cloudfront.net',
    aliases: [],
    defaultRootObject: '',
    behaviours: [behaviourDefaults],
    origins: { main: originDefaults },
    originGroups: {},
    errorResponses: {},
    logging: undefined,
    guarded: false,
    tls: { ownName: anyTls, aliases: anyTls },
  };
}

async function view(
  kernel: Kernel,
  url: string,
  headers: Record<string, string>,
  change: Partial<HttpRequest>,
): Promise<Viewed> {
  const host = change.host ?? 'd123.cloudfront.net';
  const request: HttpRequest = {
    method: 'GET',
    url,
    host,
    headers: { host, ...headers },
    body: undefined,
    client: { ip: '127.0.0.1', port: 50_000, secure: true, httpVersion: '1.1' },
    signal: new AbortController().signal,
    ...change,
  };
  const plane = kernel.engine(hosts).find(host);
  if (!plane) throw new Error(`nothing answers at ${host}`);
  const response = await plane(request, startTrace(kernel, 'gateway', url));
  const bytes = await readBody(
    typeof response.body === 'string' ? Buffer.from(response.body) : response.body,
    100_000_000,
  );
  return { status: response.status, headers: response.headers, body: bytes.toString(), bytes };
}

/** An origin that gives the same text, with headers. */
export function answering(body: string | Buffer, headers: Record<string, string> = {}, status = 200): DataPlane {
  return async (): Promise<HttpResponse> => ({ status, headers: { 'content-type': 'text/plain', ...headers }, body });
}

const anyTls = {
  certificates: [],
  settings: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers: ['ECDHE-ECDSA-AES128-GCM-SHA256'] },
  http2: true,
} as const;
