import { wildcard } from '../../engines/patterns/wildcards.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { HttpResponse } from '../http/exchange.ts';
import type { ServedAuthorizer } from './api-table.ts';
import { authorizeByIam, routeArn } from './authorize-iam.ts';
import { message } from './integration.ts';
import { integrationPrincipal } from './integration-role.ts';
import { JwtVerifier, TokenRefused } from './jwt.ts';
import type { RouteMatch } from './match-route.ts';
import { split } from './proxy-event.ts';
import type { ApiExchange } from './serve-api.ts';

export interface Verdict {
  refusal?: HttpResponse;
  /** What the integration sees as requestContext.authorizer. */
  context: Record<string, unknown> | undefined;
}

interface Cached {
  verdict: Verdict;
  untilMs: number;
}

/** Answers of Lambda authorizers kept at once, over all APIs. */
const bound = 10_000;

/** Decides whether a route's authorizer lets a request pass ("Control and manage access to HTTP APIs"). */
export class Authorizers {
  readonly #kernel: Kernel;
  readonly #jwt: JwtVerifier;
  readonly #cache = new Map<string, Cached>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#jwt = new JwtVerifier(kernel);
  }

  async authorize(exchange: ApiExchange, { route }: RouteMatch, body: Buffer): Promise<Verdict> {
    const { authorizer } = route;
    if (route.iam) return authorizeByIam(this.#kernel, exchange, body);
    if (!authorizer) return { context: undefined };
    const sources = authorizer.identitySources.map((source) => identity(source, exchange));
    const missing = sources.some((value) => value === undefined || value === '');
    if (missing && authorizer.identitySources.length > 0)
      return { context: undefined, refusal: message(401, 'Unauthorized') };
    return authorizer.jwt
      ? this.#byToken(authorizer.jwt, route.scopes, sources[0] ?? '')
      : this.#byFunction(exchange, authorizer, sources);
  }

  async #byToken(jwt: NonNullable<ServedAuthorizer['jwt']>, scopes: string[], header: string): Promise<Verdict> {
    try {
      const claims = await this.#jwt.verify(header.replace(/^Bearer\s+/i, ''), jwt);
      const granted = String(claims.scope ?? claims.scp ?? '').split(' ');
      if (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope)))
        return { context: undefined, refusal: message(403, 'Forbidden') };
      const text = Object.fromEntries(
        Object.entries(claims).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      );
      return { context: { jwt: { claims: text, scopes: scopes.length > 0 ? scopes : null } } };
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      const refusal = message(401, 'Unauthorized');
      refusal.headers['www-authenticate'] =
        `Bearer scope="" error="invalid_token" error_description="${error.message}"`;
      return { context: undefined, refusal };
    }
  }

  async #byFunction(
    exchange: ApiExchange,
    authorizer: ServedAuthorizer,
    sources: (string | undefined)[],
  ): Promise<Verdict> {
    const { lambda } = authorizer;
    if (!lambda) return { context: undefined, refusal: message(500, 'Internal Server Error') };
    const key = JSON.stringify([authorizer.authorizerId, exchange.routeKey, ...sources]);
    const known = this.#cache.get(key);
    if (known && known.untilMs > this.#kernel.clock.now()) return known.verdict;
    const verdict = await this.#ask(exchange, authorizer, lambda, sources);
    if (lambda.ttlSeconds > 0) {
      if (this.#cache.size >= bound) this.#cache.clear();
      this.#cache.set(key, { verdict, untilMs: this.#kernel.clock.now() + lambda.ttlSeconds * 1000 });
    }
    return verdict;
  }

  async #ask(
    exchange: ApiExchange,
    authorizer: ServedAuthorizer,
    lambda: NonNullable<ServedAuthorizer['lambda']>,
    sources: (string | undefined)[],
  ): Promise<Verdict> {
    const { api, hop } = exchange;
    const sourceArn = `arn:aws:execute-api:${api.region}:${api.account}:${api.apiId}/authorizers/${authorizer.authorizerId}`;
    const FunctionName = /functions\/(arn:[^/]+)\/invocations/.exec(lambda.uri)?.[1] ?? lambda.uri;
    try {
      const principal = integrationPrincipal(this.#kernel, api, { credentialsArn: lambda.credentialsArn, sourceArn });
      const ctx = this.#kernel.context({ principal, region: api.region, trace: hop });
      const output = await ctx.call<{ FunctionError?: string; Payload?: Uint8Array }>('lambda', 'Invoke', {
        FunctionName,
        InvocationType: 'RequestResponse',
        Payload: Buffer.from(JSON.stringify(requestEvent(exchange, lambda, sources))),
      });
      const answer = JSON.parse(Buffer.from(output.Payload ?? []).toString() || 'null') as AuthorizerAnswer | null;
      if (output.FunctionError || !answer)
        return { context: undefined, refusal: message(500, 'Internal Server Error') };
      return verdictOf(answer, lambda, exchange);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      hop.note('authorizerError', `${error.code}: ${error.message}`);
      return { context: undefined, refusal: message(500, 'Internal Server Error') };
    }
  }
}

interface AuthorizerAnswer {
  isAuthorized?: boolean;
  context?: Record<string, unknown>;
  principalId?: string;
  policyDocument?: { Statement?: { Effect?: string; Action?: string | string[]; Resource?: string | string[] }[] };
}

/** Simple responses say yes or no; the others bring a policy, in which a Deny outweighs every Allow. */
function verdictOf(
  answer: AuthorizerAnswer,
  lambda: NonNullable<ServedAuthorizer['lambda']>,
  exchange: ApiExchange,
): Verdict {
  const context = { lambda: answer.context ?? {} };
  if (lambda.simpleResponses)
    return answer.isAuthorized === true ? { context } : { context: undefined, refusal: message(403, 'Forbidden') };
  const arn = routeArn(exchange);
  const matching = (answer.policyDocument?.Statement ?? []).filter(({ Resource }) =>
    [Resource].flat().some((pattern) => wildcard(pattern ?? '')(arn)),
  );
  const allowed =
    matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny');
  return allowed ? { context } : { context: undefined, refusal: message(403, 'Forbidden') };
}

/** "Work with AWS Lambda authorizers for HTTP APIs": the event of payload format 2.0, or 1.0's. */
function requestEvent(
  exchange: ApiExchange,
  lambda: NonNullable<ServedAuthorizer['lambda']>,
  sources: (string | undefined)[],
): object {
  const { api, stage, request, requestId, routeKey, timeMs } = exchange;
  const { path, query } = split(request.url);
  const queryStringParameters = Object.fromEntries(new URLSearchParams(query));
  const http = {
    method: request.method,
    path,
    protocol: `HTTP/${request.client.httpVersion}`,
    sourceIp: request.client.ip,
    userAgent: request.headers['user-agent'] ?? '',
  };
  const common = {
    type: 'REQUEST',
    routeArn: routeArn(exchange),
    headers: request.headers,
    queryStringParameters,
    stageVariables: stage.variables,
  };
  if (lambda.payloadFormatVersion === '1.0') {
    return {
      ...common,
      version: '1.0',
      methodArn: routeArn(exchange),
      identitySource: sources.join(','),
      authorizationToken: sources[0],
      resource: routeKey.split(' ')[1] ?? routeKey,
      path,
      httpMethod: request.method,
      requestContext: { accountId: api.account, apiId: api.apiId, stage: stage.stageName, requestId },
    };
  }
  return {
    ...common,
    version: '2.0',
    identitySource: sources,
    routeKey,
    rawPath: path,
    rawQueryString: query,
    cookies: request.headers.cookie?.split(/;\s*/) ?? [],
    requestContext: {
      accountId: api.account,
      apiId: api.apiId,
      domainName: request.host,
      http,
      requestId,
      routeKey,
      stage: stage.stageName,
      timeEpoch: timeMs,
    },
  };
}

/** `$request.header.Authorization`, `$request.querystring.token`, `$context.routeKey`, `$stageVariables.name`. */
function identity(source: string, exchange: ApiExchange): string | undefined {
  const [, where = '', name = ''] =
    /^\$(request\.header|request\.querystring|context|stageVariables)\.(.+)$/.exec(source) ?? [];
  if (where === 'request.header') return exchange.request.headers[name.toLowerCase()];
  if (where === 'request.querystring')
    return new URLSearchParams(split(exchange.request.url).query).get(name) ?? undefined;
  if (where === 'stageVariables') return exchange.stage.variables[name];
  return name === 'routeKey' ? exchange.routeKey : undefined;
}
