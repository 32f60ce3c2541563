import type { HttpRequest, HttpResponse } from '../http/exchange.ts';
import type { ActionTable } from './configuration.ts';
import { pathOf, queryOf } from './match-rule.ts';

const sentences: Record<number, string> = {
  400: '400 Bad Request',
  403: '403 Forbidden',
  413: '413 Request Entity Too Large',
  463: '463',
  500: '500 Internal Server Error',
  502: '502 Bad Gateway',
  503: '503 Service Temporarily Unavailable',
  504: '504 Gateway Time-out',
};

/** What the load balancer itself answers ("Troubleshoot your Application Load Balancers", HTTP errors). */
export function generated(status: number): HttpResponse {
  const sentence = sentences[status] ?? String(status);
  return {
    status,
    headers: { server: 'awselb/2.0', 'content-type': 'text/html' },
    body: `<html>\r\n<head><title>${sentence}</title></head>\r\n<body>\r\n<center><h1>${sentence}</h1></center>\r\n</body>\r\n</html>\r\n`,
  };
}

export function fixedResponse({ status, contentType, body }: ActionTable & { type: 'fixed-response' }): HttpResponse {
  return {
    status,
    headers: { server: 'awselb/2.0', 'content-type': `${contentType ?? 'text/plain'}; charset=utf-8` },
    body,
  };
}

interface Entry {
  protocol: string;
  port: number;
  /** Where this machine's users come in, whatever the listener's port. */
  gatewayPort: number;
}

/** "Redirect actions": the placeholders stand for what was asked. */
export function redirect(action: ActionTable & { type: 'redirect' }, request: HttpRequest, entry: Entry): HttpResponse {
  const asked = (request.headers.host ?? request.host).replace(/:\d+$/, '');
  const fill = (template: string): string =>
    template
      .replaceAll('#{protocol}', entry.protocol.toLowerCase())
      .replaceAll('#{host}', asked)
      .replaceAll('#{port}', String(entry.port))
      .replaceAll('#{path}', pathOf(request.url).replace(/^\//, ''))
      .replaceAll('#{query}', queryOf(request.url));
  const host = fill(action.host);
  const query = fill(action.query);
  // A browser that came by a name under .localhost finds both of the default ports at the gateway's.
  const local = host.endsWith('.localhost') && /^(80|443)$/.test(fill(action.port));
  const origin = local
    ? `http://${host}:${entry.gatewayPort}`
    : `${fill(action.protocol).toLowerCase()}://${host}:${fill(action.port)}`;
  const location = `${origin}${fill(action.path)}${query ? `?${query}` : ''}`;
  const answer = generated(action.status);
  const sentence = action.status === 301 ? '301 Moved Permanently' : '302 Found';
  return {
    status: action.status,
    headers: { ...answer.headers, location },
    body: String(answer.body).replaceAll(String(action.status), sentence),
  };
}
