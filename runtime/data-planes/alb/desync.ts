import type { HttpRequest } from '../http/exchange.ts';
import type { LoadBalancerSettings } from './configuration.ts';

type Class = 'Compliant' | 'Acceptable' | 'Ambiguous' | 'Severe';

/**
 * "Desync mitigation mode": requests are classified by how differently servers could read them. The strictest mode lets
 * only compliant ones through, the defensive one all but the severe. The gateway's parser has already refused with 400
 * what no HTTP server should read at all (two lengths that differ, a bare CR).
 */
export function classify(request: HttpRequest): { class: Class; reason: string } {
  const { headers, method } = request;
  const encoding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (encoding !== undefined && length !== undefined) return { class: 'Ambiguous', reason: 'BothTeClPresent' };
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'chunked')
    return { class: 'Severe', reason: 'BadTransferEncoding' };
  if (length !== undefined && !/^\d+$/.test(length)) return { class: 'Severe', reason: 'BadContentLength' };
  if ((method === 'GET' || method === 'HEAD') && length !== undefined && length !== '0')
    return { class: 'Acceptable', reason: 'GetHeadZeroContentLength' };
  if ((method === 'GET' || method === 'HEAD') && encoding !== undefined)
    return { class: 'Ambiguous', reason: 'UndefinedTransferEncodingSemantics' };
  if (/[^\x21-\x7e]/.test(request.url)) return { class: 'Ambiguous', reason: 'BadUri' };
  for (const name in headers) {
    if (!/^[a-z0-9-]+$/.test(name)) return { class: 'Acceptable', reason: 'NonCompliantHeader' };
  }
  return { class: 'Compliant', reason: '-' };
}

export function blocks(mode: LoadBalancerSettings['desyncMode'], found: Class): boolean {
  if (mode === 'monitor') return false;
  return mode === 'strictest' ? found !== 'Compliant' : found === 'Severe';
}
