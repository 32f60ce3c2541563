import type { Kernel } from '../../kernel/service.ts';
import type { HttpRequest, HttpResponse } from './exchange.ts';
import { awsName, hosts } from './hosts.ts';

/**
 * On AWS a name is at ports 80 and 443; here it is at others, and under .localhost for who has not set up its DNS. A redirect
 * is led to where the client finds the name: to the HTTPS port of the one it asked for, and to another name that this cloud
 * serves under .localhost, if that is how it came.
 */
export function leadRedirect(kernel: Kernel, request: HttpRequest, answer: HttpResponse): void {
  const { location } = answer.headers;
  if (typeof location !== 'string' || !/^https?:\/\/[^/?#:]+(?:[/?#]|$)/.test(location)) return;
  const to = new URL(location);
  const asked = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  const { httpPort, httpsPort } = kernel.addresses;
  const rest = to.href.slice(to.origin.length);
  if (to.hostname === awsName(asked)) {
    if (!request.client.secure && to.protocol === 'https:')
      answer.headers.location = `https://${asked}:${httpsPort}${rest}`;
  } else if (asked.endsWith('.localhost') && isServedHere(kernel, to.origin)) {
    answer.headers.location = `http://${to.hostname}.localhost:${httpPort}${rest}`;
  }
}

function isServedHere(kernel: Kernel, origin: string): boolean {
  return URL.canParse(origin) && kernel.engine(hosts).find(new URL(origin).hostname) !== undefined;
}

/** The origin of the page that asks. For its pictures and links only the Referer says it, which no page can choose. */
export function pageOf({ headers }: HttpRequest): string | undefined {
  if (headers.origin !== undefined) return headers.origin;
  const { referer } = headers;
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined;
}

/** Of a page that this machine's own programs show. */
export function isLocalOrigin(origin: string): boolean {
  try {
    const { hostname } = new URL(origin);
    return (
      hostname === 'localhost' ||
      hostname.endsWith('.localhost') ||
      /^127(?:\.\d+){3}$/.test(hostname) ||
      hostname === '[::1]'
    );
  } catch {
    return false;
  }
}
