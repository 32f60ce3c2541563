import type { HttpRequest, HttpResponse } from '../data-planes/http/exchange.ts';
import type { Kernel } from '../kernel/service.ts';
import { refuseBrowser } from './browser-guard.ts';
import { Exchange } from './exchange.ts';
import { answer } from './pipeline.ts';
import { findService } from './service-routing.ts';

/** An API request from the wire to its response: past the browser guard, and through what its service does around operations. */
export function answerApi(kernel: Kernel, request: HttpRequest): Promise<HttpResponse> {
  const found = findService(kernel, request);
  const around = found.service?.around?.(kernel, request);
  const refusal = refuseBrowser(request, around);
  if (refusal) return Promise.resolve(refusal);
  const next = async (): Promise<HttpResponse> => {
    const exchange = new Exchange(kernel, 'wire');
    exchange.request = request;
    exchange.found = found;
    await answer(exchange);
    return exchange.response ?? { status: 500, headers: {}, body: undefined };
  };
  return around ? around.answer(next) : next();
}
