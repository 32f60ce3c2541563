import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { FieldError } from './order-rules.ts';

/** What each problem is called and answered with. `type` leads to the section of the site's page that explains it. */
export const problemTypes = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'invalid-idempotency-key': { status: 400, title: 'The Idempotency-Key header cannot be used' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'order-not-found': { status: 404, title: 'No such order' },
  'method-not-allowed': { status: 405, title: 'This address does not take that method' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'Orders are sent as JSON' },
  'invalid-order': { status: 422, title: 'The order cannot be taken as it is' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key belongs to another order' },
  'invalid-reservation': { status: 422, title: 'The reservation cannot be taken as it is' },
  'reservation-not-found': { status: 404, title: 'No such reservation' },
  'no-table-free': { status: 409, title: 'No table is free then' },
  'too-late-to-cancel': { status: 409, title: 'The reservation can no longer be cancelled' },
  'invalid-content': { status: 422, title: 'The content cannot be kept as it is' },
  'page-not-found': { status: 404, title: 'No such page' },
  internal: { status: 500, title: 'Something broke in the kitchen' },
  'temporarily-unavailable': { status: 503, title: 'The kitchen cannot be reached' },
} as const;

export type ProblemName = keyof typeof problemTypes;

/** A refusal on its way to the customer: thrown where the rule is, turned into an answer once, by the router. */
export class Problem extends Error {
  readonly problem: ProblemName;
  readonly errors: FieldError[];
  readonly headers: Record<string, string>;

  constructor(
    problem: ProblemName,
    { detail, errors = [], headers = {} }: { detail: string; errors?: FieldError[]; headers?: Record<string, string> },
  ) {
    super(detail);
    this.name = 'Problem';
    this.problem = problem;
    this.errors = errors;
    this.headers = headers;
  }
}

/** RFC 9457. `errors` is our extension member: one entry a field. */
export function problemResponse(problem: Problem, instance: string): APIGatewayProxyStructuredResultV2 {
  const { status, title } = problemTypes[problem.problem];
  const body = {
    type: `/problems.html#${problem.problem}`,
    title,
    status,
    detail: problem.message,
    instance,
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
  };
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...problem.headers },
    body: JSON.stringify(body),
  };
}
