import type { HttpRequest, HttpResponse } from '../../data-planes/http/exchange.ts';

/**
 * The console has an origin of its own. At 127.0.0.1 the same port shows objects of buckets, among them pages that somebody
 * uploaded: a script in one of those would share the console's origin and could do what it can.
 */
export const consoleHost = 'orrery.localhost';

/** Undefined for what the console's own page, or a tool, asks at the console's host; otherwise the way there, or a refusal. */
export function refusePage(request: HttpRequest): HttpResponse | undefined {
  const { host, headers, method, url } = request;
  const port = /:\d+$/.exec(headers.host ?? '')?.[0] ?? '';
  if (host !== consoleHost) {
    if ((host === 'localhost' || /^127\.|^\[::1\]$/.test(host)) && method === 'GET')
      return { status: 302, headers: { location: `http://${consoleHost}${port}${url}` }, body: undefined };
    return refusal(`The console is at http://${consoleHost}${port}/_orrery/ only.`);
  }
  if (headers.origin !== undefined && headers.origin !== `http://${consoleHost}${port}`)
    return refusal(`A page of the origin "${headers.origin}" may not use the console.`);
  const site = headers['sec-fetch-site'];
  // A link from elsewhere may lead to the console's pages; only the console's own pages may ask what lies behind them.
  if (url.startsWith('/_orrery/console/') && site !== undefined && site !== 'same-origin' && site !== 'none')
    return refusal('Only the console itself may ask this.');
  return undefined;
}

function refusal(why: string): HttpResponse {
  return { status: 403, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${why}\n` };
}
