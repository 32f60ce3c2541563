import { defineEngine } from '../../kernel/engine.ts';
import type { Hop } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import { BodyTooLarge, type DataPlane, type HttpRequest, type HttpResponse, readBody } from '../http/exchange.ts';
import { hosts } from '../http/hosts.ts';
import { AccessLogs } from './access-log.ts';
import type { ServedApi, ServedStage } from './api-table.ts';
import { Authorizers } from './authorize-route.ts';
import { isPreflight, preflight, withCors } from './cors.ts';
import { type DomainMapping, findMapping, type MappedStage } from './domain-mapping.ts';
import { callIntegration, message } from './integration.ts';
import { matchRoute } from './match-route.ts';
import { reportMetrics } from './metrics.ts';
import { split } from './proxy-event.ts';
import { Throttle } from './throttle.ts';
import { meterRequest, tellRoute } from './usage.ts';

/** Quotas for HTTP APIs (API Gateway Developer Guide): payload 10 MB. */
const payloadLimit = 10 * 1024 * 1024;

export const executeApi = defineEngine('execute-api', (kernel) => new ExecuteApi(kernel));

/** Serves HTTP APIs at <id>.execute-api.<region>.amazonaws.com and at custom domain names. */
class ExecuteApi {
  readonly #kernel: Kernel;
  readonly #throttle: Throttle;
  readonly #accessLogs: AccessLogs;
  readonly #authorizers: Authorizers;
  readonly #apis = new Map<string, ServedApi>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#throttle = new Throttle(kernel.clock);
    this.#accessLogs = new AccessLogs(kernel);
    this.#authorizers = new Authorizers(kernel);
  }

  /** Puts an API, or what it has become, in place: requests under way finish as they began. */
  serve(api: ServedApi): void {
    this.#apis.set(api.apiId, api);
    this.#kernel.engine(hosts).set(hostOf(api), this.#plane(api.apiId));
  }

  remove(api: Pick<ServedApi, 'apiId' | 'region'>): void {
    this.#apis.delete(api.apiId);
    this.#throttle.forget(`${api.apiId}/`);
    this.#kernel.engine(hosts).remove(hostOf(api));
  }

  /** Puts a custom domain name in place, or what it serves now. */
  serveDomain(domainName: string, mappings: DomainMapping[]): void {
    this.#kernel.engine(hosts).set(domainName, async (request, hop) => {
      const mapping = findMapping(mappings, split(request.url).path);
      if (!mapping) return message(403, 'Forbidden');
      const basePath = mapping.key === '' ? '' : `/${mapping.key}`;
      return this.#plane(mapping.apiId, { stage: mapping.stage, basePath })(request, hop);
    });
  }

  removeDomain(domainName: string): void {
    this.#kernel.engine(hosts).remove(domainName);
  }

  stop(): Promise<void> {
    return this.#accessLogs.stop();
  }

  #plane(apiId: string, mapped?: MappedStage): DataPlane {
    return async (request, parent) => {
      const api = this.#apis.get(apiId);
      const hop = parent.child('apigatewayv2', `${request.method} ${split(request.url).path}`, apiId);
      hop.saw('asked', request.headers);
      const started = this.#kernel.clock.elapsed();
      const closed = !api || (api.disableExecuteApiEndpoint && !mapped);
      const response = closed ? message(404, 'Not Found') : await this.#answer(api, mapped, request, hop, started);
      hop.saw('answered', response.headers);
      hop.end({ status: response.status });
      return response;
    };
  }

  async #answer(
    api: ServedApi,
    mapped: MappedStage | undefined,
    request: HttpRequest,
    hop: Hop,
    started: number,
  ): Promise<HttpResponse> {
    const requestId = this.#kernel.ids.secret(16).replace(/[-_]/g, 'x').slice(0, 15).concat('=');
    const found = findStage(api, mapped, split(request.url).path);
    if (!found) return withId(message(404, 'Not Found'), requestId);
    const { stage, path } = found;
    const exchange: ApiExchange = {
      api,
      stage,
      path,
      mapped: mapped !== undefined,
      request,
      hop,
      requestId,
      timeMs: this.#kernel.clock.now(),
      integrationMs: 0,
      routeKey: '',
      authorizer: undefined,
      free: false,
    };
    let response = await this.#route(exchange);
    if (api.cors && !isPreflight(request)) response = withCors(api.cors, request, response);
    const latencyMs = this.#kernel.clock.elapsed() - started;
    reportMetrics(this.#kernel, exchange, response, latencyMs);
    meterRequest(this.#kernel, exchange, response);
    if (stage.accessLog) this.#accessLogs.write(exchange, response, latencyMs);
    return withId(response, requestId);
  }

  async #route(exchange: ApiExchange): Promise<HttpResponse> {
    const { api, stage, request, path } = exchange;
    if (api.cors && isPreflight(request)) return preflight(api.cors, request);
    const match = matchRoute(stage.routes, request.method, path);
    if (!match) return message(404, 'Not Found');
    exchange.routeKey = match.route.routeKey;
    exchange.hop.note('route', match.route.routeKey);
    tellRoute(this.#kernel, exchange);
    if (!this.#admitted(exchange)) {
      exchange.free = true;
      return message(429, 'Too Many Requests');
    }
    let body: Buffer;
    try {
      body = await readBody(request.body, payloadLimit);
    } catch (error) {
      if (error instanceof BodyTooLarge) return message(413, 'Request Too Long');
      throw error;
    }
    const verdict = await this.#authorizers.authorize(exchange, match, body);
    if (verdict.refusal) {
      exchange.free = true;
      return verdict.refusal;
    }
    exchange.authorizer = verdict.context;
    return callIntegration(this.#kernel, exchange, { match, body, authorizer: verdict.context });
  }

  #admitted({ api, stage, routeKey }: ApiExchange): boolean {
    const own = stage.throttles.get(routeKey);
    const limit = own ?? stage.throttles.get('*');
    return !limit || this.#throttle.admit(`${api.apiId}/${stage.stageName}/${own ? routeKey : '*'}`, limit);
  }
}

/** One request on its way through an API. */
export interface ApiExchange {
  api: ServedApi;
  stage: ServedStage;
  /** Without the stage, or the path of an API mapping. */
  path: string;
  /** Came by a custom domain name. */
  mapped: boolean;
  request: HttpRequest;
  hop: Hop;
  requestId: string;
  timeMs: number;
  /** Of the integration alone; known at the end. */
  integrationMs: number;
  routeKey: string;
  /** requestContext.authorizer, once the authorizer has let the request in. */
  authorizer: Record<string, unknown> | undefined;
  /** Refused before it cost anything. */
  free: boolean;
}

export function hostOf(api: Pick<ServedApi, 'apiId' | 'region'>): string {
  return `${api.apiId}.execute-api.${api.region}.amazonaws.com`;
}

/** The stage of that name in the path, else `$default`. */
function findStage(
  api: ServedApi,
  mapped: MappedStage | undefined,
  path: string,
): { stage: ServedStage; path: string } | undefined {
  if (mapped) {
    const stage = api.stages.get(mapped.stage);
    return stage && { stage, path: path.slice(mapped.basePath.length) || '/' };
  }
  const first = path.split('/')[1] ?? '';
  const named = api.stages.get(first);
  if (named && first !== '$default') return { stage: named, path: path.slice(first.length + 1) || '/' };
  const stage = api.stages.get('$default');
  return stage && { stage, path };
}

function withId(response: HttpResponse, requestId: string): HttpResponse {
  return { ...response, headers: { ...response.headers, 'apigw-requestid': requestId } };
}
