import type { HttpResponse } from './exchange.ts';

/**
 * A data plane rejects with this where a client would have waited for a connection in vain: its packets are dropped on the
 * way (a security group, a network ACL, a missing route).
 */
export class Unreachable extends Error {
  readonly code = 'ETIMEDOUT';
}

/** A browser would wait until it gives up; here it is told what kept its connection away. */
export function explainUnreachable(error: unknown): HttpResponse {
  if (!(error instanceof Unreachable)) throw error;
  return {
    status: 504,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: `${error.message}\nOn AWS this connection would time out.\n`,
  };
}
