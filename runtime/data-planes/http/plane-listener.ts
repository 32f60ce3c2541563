import type { RequestListener } from 'node:http';
import { startTrace } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { DataPlane } from './exchange.ts';
import { nodeListener } from './serve.ts';

/** One data plane behind a server of its own, whatever host is asked for. What it rejects with ends the connection. */
export function planeListener(kernel: Kernel, plane: DataPlane, options: { secure: boolean }): RequestListener {
  return nodeListener(
    kernel,
    'gateway',
    async (request, write) => {
      const hop = startTrace(kernel, 'gateway', `${request.method} ${request.url}`, {
        header: request.headers['x-amzn-trace-id'],
      });
      const answer = await plane(request, hop);
      await write(answer);
      hop.end({ status: answer.status });
    },
    options,
  );
}
