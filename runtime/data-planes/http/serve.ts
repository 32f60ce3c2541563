import type { RequestListener } from 'node:http';
import type { Kernel } from '../../kernel/service.ts';
import type { HttpRequest, HttpResponse } from './exchange.ts';
import { fromNode, hasTwoHosts, toNode } from './node-adapter.ts';

/** Answers a request by `write`, which gives a promise where there is a stream to wait for. What it rejects with is a bug of ours. */
export type Serve = (request: HttpRequest, write: Write) => Promise<void>;
export type Write = (answer: HttpResponse) => void | Promise<void>;

/** For a server of Node's; a bug ends the connection. */
export function nodeListener(
  kernel: Kernel,
  where: string,
  serve: Serve,
  options: { secure: boolean },
): RequestListener {
  return (message, response) => {
    if (hasTwoHosts(message)) {
      response.writeHead(400, { connection: 'close' }).end();
      return;
    }
    const request = fromNode(message, response, options);
    serve(request, (answer) => toNode(answer, response, request.method)).catch((error: Error) => {
      tellProblem(kernel, where, error);
      response.destroy();
    });
  };
}

export function tellProblem(kernel: Kernel, where: string, error: Error): void {
  kernel.events.emit('problem', {
    timeMs: kernel.clock.now(),
    where,
    message: error.message,
    ...(error.stack ? { stack: error.stack } : {}),
  });
}
