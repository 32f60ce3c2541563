import { connect, createServer, type Server, type Socket } from 'node:net';

export interface EndpointOptions {
  /** The port of the server to go to now; undefined: nobody, and connections are refused. */
  target(): number | undefined;
  /** Asked for on loopback; another is taken when somebody has it. */
  port?: number;
}

/** A stable address that follows a database: where it listens stays, where it leads changes. */
export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #connections = new Map<Socket, { upstream: Socket; port: number }>();
  readonly #servers = new Set<Server>();
  /** Where it listens on this machine. */
  localPort = 0;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#connections.size;
  }

  get target(): number | undefined {
    return this.#options.target();
  }

  async open(): Promise<this> {
    const server = createServer();
    try {
      await listening(server, this.#options.port ?? 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      await listening(server, 0);
    }
    const address = server.address();
    this.localPort = typeof address === 'object' && address ? address.port : 0;
    this.serve(server);
    return this;
  }

  /** Leads the connections of another listener (one inside a VPC) the same way. */
  serve(server: Server): void {
    this.#servers.add(server);
    server.on('connection', (socket) => this.#lead(socket));
  }

  /** Ends the connections that lead elsewhere than `target` says now; all of them when it says nobody. */
  cut(): void {
    const port = this.#options.target();
    for (const [socket, led] of this.#connections) {
      if (led.port === port) continue;
      socket.destroy();
      led.upstream.destroy();
    }
  }

  async close(): Promise<void> {
    for (const [socket, { upstream }] of this.#connections) {
      socket.destroy();
      upstream.destroy();
    }
    await Promise.all([...this.#servers].map((server) => new Promise((resolve) => server.close(resolve))));
    this.#servers.clear();
  }

  #lead(socket: Socket): void {
    const port = this.#options.target();
    socket.on('error', () => undefined);
    if (port === undefined) return void socket.destroy();
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.setNoDelay(true);
    this.#connections.set(socket, { upstream, port });
    upstream.on('error', () => socket.destroy());
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => {
      upstream.destroy();
      this.#connections.delete(socket);
    });
    socket.pipe(upstream);
    upstream.pipe(socket);
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
