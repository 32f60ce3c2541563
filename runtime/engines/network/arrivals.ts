import type { Socket } from 'node:net';
import { defineEngine } from '../../kernel/engine.ts';
import type { Through } from '../../kernel/service.ts';

/**
 * What came to AWS's API by an endpoint of a VPC: told when its connection is handed on to the API port, by the port that this
 * has on the runtime's own side, and asked for with each request of that connection.
 */
export const arrivals = defineEngine('network.arrivals', () => new Arrivals());

class Arrivals {
  readonly #byPort = new Map<number, () => Through | undefined>();

  /** `through` is asked anew for each request: an endpoint's policy may change while a connection is kept. */
  expect(inner: Socket, through: () => Through | undefined): void {
    // Before anything that was written meanwhile is sent on: these are told of the connection in order.
    inner.prependOnceListener('connect', () => {
      const { localPort } = inner;
      if (localPort === undefined) return;
      this.#byPort.set(localPort, through);
      inner.once('close', () => this.#byPort.delete(localPort));
    });
  }

  of(port: number | undefined): Through | undefined {
    return port === undefined ? undefined : this.#byPort.get(port)?.();
  }
}
