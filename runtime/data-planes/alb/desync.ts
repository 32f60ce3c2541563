import type { HttpRequest } from '../http/exchange.ts';
import { compliant, type Framing, type FramingClass } from '../http/framing/classify.ts';
import { framingOf } from '../http/framing/framing.ts';
import type { LoadBalancerSettings } from './configuration.ts';

/**
 * What was found in the request's head when it came; of those that came plain, only a body where none belongs is left to be
 * found ("Classification reasons", access logs of Application Load Balancers).
 */
export function classify(request: HttpRequest): Framing {
  const known = framingOf(request);
  if (known) return known;
  if (request.method !== 'GET' && request.method !== 'HEAD') return compliant;
  if (request.headers['transfer-encoding'] !== undefined)
    return { class: 'Ambiguous', reason: 'UndefinedTransferEncodingSemantics' };
  const length = request.headers['content-length'];
  if (length === undefined) return compliant;
  return length === '0'
    ? { class: 'Acceptable', reason: 'GetHeadZeroContentLength' }
    : { class: 'Ambiguous', reason: 'UndefinedContentLengthSemantics' };
}

/** "Desync mitigation mode": the strictest lets only what complies through, the defensive one all but the severe. */
export function blocks(mode: LoadBalancerSettings['desyncMode'], found: FramingClass): boolean {
  if (mode === 'monitor') return false;
  return mode === 'strictest' ? found !== 'Compliant' : found === 'Severe';
}

/** "Routes the requests but closes the client and target connections." What is worse has closed its own when it was read. */
export function closes(mode: LoadBalancerSettings['desyncMode'], found: FramingClass): boolean {
  return found === 'Severe' || (mode === 'defensive' && found === 'Ambiguous');
}
