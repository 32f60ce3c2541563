import type { ParameterChange } from './parameter-mapping.ts';

/** An HTTP API as the data plane serves it: compiled by services/apigatewayv2 whenever something of it changes. */
export interface ServedApi {
  apiId: string;
  account: string;
  region: string;
  name: string;
  disableExecuteApiEndpoint: boolean;
  cors: CorsConfiguration | undefined;
  stages: Map<string, ServedStage>;
}

export interface ServedStage {
  stageName: string;
  variables: Record<string, string>;
  routes: RouteTable;
  accessLog: { destinationArn: string; format: string } | undefined;
  /** By route key; `*` is the stage's default. */
  throttles: Map<string, { rate: number; burst: number }>;
  detailedMetrics: boolean;
}

export interface RouteTable {
  /** In the order of precedence. */
  routes: CompiledRoute[];
  fallback: CompiledRoute | undefined;
}

export interface CompiledRoute {
  routeKey: string;
  /** ANY stands for all. */
  method: string;
  segments: Segment[];
  integration: ServedIntegration | undefined;
  authorizer: ServedAuthorizer | undefined;
  /** AuthorizationType AWS_IAM. */
  iam: boolean;
  /** Of which one must be granted, with a JWT authorizer. */
  scopes: string[];
  operationName: string | undefined;
}

export type Segment =
  | { kind: 'literal'; text: string }
  | { kind: 'variable'; name: string }
  | { kind: 'greedy'; name: string };

export interface ServedIntegration {
  integrationId: string;
  type: 'AWS_PROXY' | 'HTTP_PROXY';
  uri: string;
  method: string | undefined;
  payloadFormatVersion: '1.0' | '2.0';
  timeoutMs: number;
  /** Of a first-class integration with an AWS service: SQS-SendMessage. */
  subtype: string | undefined;
  credentialsArn: string | undefined;
  /** With a subtype, the members of the operation's input; else changes to the request. */
  request: ParameterChange[];
  /** By the status of the integration's answer. */
  response: Map<number, ParameterChange[]>;
}

export interface ServedAuthorizer {
  authorizerId: string;
  type: 'JWT' | 'REQUEST';
  identitySources: string[];
  jwt: { issuer: string; audiences: string[] } | undefined;
  lambda:
    | {
        uri: string;
        payloadFormatVersion: '1.0' | '2.0';
        simpleResponses: boolean;
        ttlSeconds: number;
        credentialsArn: string | undefined;
      }
    | undefined;
}

export interface CorsConfiguration {
  allowOrigins: string[];
  allowMethods: string[];
  allowHeaders: string[];
  exposeHeaders: string[];
  allowCredentials: boolean;
  maxAge: number | undefined;
}

/** `GET /orders/{id}` compiled; `$default` has neither method nor path. */
export function parseRouteKey(routeKey: string): { method: string; segments: Segment[] } | undefined {
  const match = /^(ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/.*)$/.exec(routeKey);
  if (!match) return undefined;
  const [, method = '', path = ''] = match;
  const segments = path
    .split('/')
    .slice(1)
    .map((text): Segment => {
      const variable = /^\{([^}+]+)(\+?)\}$/.exec(text);
      if (!variable) return { kind: 'literal', text };
      return { kind: variable[2] ? 'greedy' : 'variable', name: variable[1] ?? '' };
    });
  return { method, segments };
}

/**
 * Most specific first: a full match before a greedy variable, a longer greedy prefix before a shorter, a named method
 * before ANY ("Create routes for HTTP APIs", API Gateway Developer Guide: routing API requests).
 */
export function comparePrecedence(a: CompiledRoute, b: CompiledRoute): number {
  const greedy = Number(isGreedy(a)) - Number(isGreedy(b));
  if (greedy !== 0) return greedy;
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index += 1) {
    const difference = rank(a.segments[index]) - rank(b.segments[index]);
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

function isGreedy(route: CompiledRoute): boolean {
  return route.segments.some((segment) => segment.kind === 'greedy');
}

function rank(segment: Segment | undefined): number {
  if (!segment) return 3;
  return { literal: 0, variable: 1, greedy: 2 }[segment.kind];
}
