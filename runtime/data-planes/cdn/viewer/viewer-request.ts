import type { HttpRequest } from '../../http/exchange.ts';

/** A viewer's request split as the edge needs it; a viewer-request function may change all but where it came from. */
export interface ViewerRequest {
  method: string;
  /** Still encoded. */
  path: string;
  /** Without the question mark; empty when there is none. */
  query: string;
  headers: Record<string, string>;
  /** As it arrived: body, client, signal. */
  raw: HttpRequest;
}

export function viewerRequest(raw: HttpRequest): ViewerRequest {
  const mark = raw.url.indexOf('?');
  return {
    method: raw.method,
    path: mark === -1 ? raw.url : raw.url.slice(0, mark),
    query: mark === -1 ? '' : raw.url.slice(mark + 1),
    headers: raw.headers,
    raw,
  };
}
