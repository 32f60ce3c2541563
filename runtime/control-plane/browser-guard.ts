import type { HttpRequest, HttpResponse } from '../data-planes/http/exchange.ts';
import { isLocalOrigin, pageOf } from '../data-planes/http/local-names.ts';
import type { Around } from '../kernel/service.ts';

/**
 * Any page a browser shows can send requests to loopback. A request that a browser made for a foreign page is refused
 * before anything is done: by Host (DNS rebinding) and by Origin or Sec-Fetch-Site (cross-site requests). SDKs and
 * command-line tools send neither Origin nor Sec-Fetch-Site. A foreign page passes where `around` admits it: where the
 * configuration of what it asks for (a bucket's CORS rules) names it, or what it sends was signed with a key that we issued.
 */
export function refuseBrowser(request: HttpRequest, around?: Around): HttpResponse | undefined {
  if (!isLocal(request.host)) {
    return refusal(`The Host "${request.host}" is not a name of this machine's loopback or of AWS.`);
  }
  const origin = request.headers.origin;
  if (origin !== undefined && origin !== 'null' && isLocalOrigin(origin)) return undefined;
  if (origin === undefined && request.headers['sec-fetch-site'] !== 'cross-site') return undefined;
  const page = pageOf(request);
  if (origin === undefined && page !== undefined && isLocalOrigin(page)) return undefined;
  if (around?.admitsOrigin) return undefined;
  return refusal(`A page of the origin "${page ?? 'unknown'}" may not use this port.`);
}

/** Loopback names, and AWS's own names, which only resolve here for a client that was pointed here on purpose. */
function isLocal(host: string): boolean {
  return (
    host === '' ||
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    /^127\.\d+\.\d+\.\d+$/.test(host) ||
    host === '[::1]' ||
    /\.(amazonaws\.com|amazonaws\.com\.cn|on\.aws|cloudfront\.net|api\.aws)$/.test(host)
  );
}

function refusal(why: string): HttpResponse {
  return { status: 403, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${why}\n` };
}
