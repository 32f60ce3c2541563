import { Readable } from 'node:stream';
import type { Hop } from '../../kernel/events/hop.ts';
import type { HttpRequest, HttpResponse } from '../http/exchange.ts';
import { onGone } from '../http/node-adapter.ts';
import { Unreachable } from '../http/unreachable.ts';
import { isUpgrade } from '../http/upgrades.ts';
import type { Upstream } from '../http/upstream/upstream.ts';

/** Of silence, as a browser waits. */
const timeoutMs = 300_000;
const ofConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A request as it came, over one of these connections: a Network Load Balancer adds nothing to it. */
export function askOver(upstream: Upstream, request: HttpRequest, hop: Hop): Promise<HttpResponse> {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !ofConnection.has(name)));
  return new Promise((resolve, reject) => {
    let ended = false;
    let stream: Readable | undefined;
    const sent = upstream.send(
      {
        method: request.method,
        path: request.url,
        headers,
        body: request.body,
        upgrade: isUpgrade(request),
        timeoutMs,
      },
      {
        onHead(status, given) {
          stream = new Readable({
            read: () => sent.resume(),
            destroy: (error, done) => {
              if (!ended) sent.abort(error ?? new Error('the client has gone'));
              done(error);
            },
          });
          resolve({ status, headers: given, body: stream });
        },
        onData: (chunk) => stream?.push(chunk) ?? true,
        onEnd() {
          ended = true;
          stream?.push(null);
        },
        onError(error) {
          ended = true;
          hop.note('targetError', error.message);
          if (stream) stream.destroy(error);
          else reject(new Unreachable(`The load balancer closed the connection: ${error.message}.`));
        },
        onUpgrade(given, socket) {
          ended = true;
          resolve({ status: 101, headers: given, body: socket });
        },
      },
    );
    onGone(request, () => {
      if (!ended) sent.abort(new Error('the client has gone'));
    });
  });
}
