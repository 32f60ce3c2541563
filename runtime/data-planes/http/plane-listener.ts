import type { RequestListener } from 'node:http';
import { startTrace } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { DataPlane } from './exchange.ts';
import { fromNode, toNode } from './node-adapter.ts';

/** One data plane behind a server of its own, whatever host is asked for. What it rejects with ends the connection. */
export function planeListener(kernel: Kernel, plane: DataPlane, { secure }: { secure: boolean }): RequestListener {
  return (message, response) => {
    const request = fromNode(message, response, { secure });
    const hop = startTrace(kernel, 'gateway', `${request.method} ${request.url}`, {
      header: request.headers['x-amzn-trace-id'],
    });
    const answered = plane(request, hop).then(async (answer) => {
      await toNode(answer, response, request.method);
      hop.end({ status: answer.status });
    });
    answered.catch((error: Error) => {
      kernel.events.emit('problem', {
        timeMs: kernel.clock.now(),
        where: 'gateway',
        message: error.message,
        ...(error.stack ? { stack: error.stack } : {}),
      });
      response.destroy();
    });
  };
}
