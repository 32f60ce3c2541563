import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A client and the server it is led to. */
export interface Passed {
  client: Socket;
  upstream: Socket;
  /** What the client sends goes through this, where there is something to be changed. */
  through?: Duplex | undefined;
}

/** Who speaks with a client before it is led on; rejects for whom it does not let pass. */
export type Gate = (client: Socket) => Promise<Passed>;

export interface EndpointOptions {
  /** The port of the server to go to now; undefined: nobody, and connections are refused. */
  target(): number | undefined;
  /** Where the way to it is another than straight to that port of this machine. */
  connect?(port: number): Promise<Socket>;
  /** What has a gate before the server that has a port now; undefined: clients are led straight to it. */
  gate?(port: number): Gate | undefined;
  /** Loopback addresses to listen at, with `port`, best first; where none is free, any port of 127.0.0.1. */
  hosts?: readonly string[];
  port?: number;
}

/** A stable address that follows a database: where it listens stays, where it leads changes. */
export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #connections = new Map<Socket, { upstream: Socket | undefined; port: number }>();
  readonly #servers = new Set<Server>();
  /** Where it listens on this machine. */
  localHost = '127.0.0.1';
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
    const { hosts = [], port = 0 } = this.#options;
    let open = false;
    for (const host of hosts) {
      open ||= await listening(server, port, host);
      if (open) break;
    }
    if (!open && !(await listening(server, 0, '127.0.0.1'))) throw new Error('no port is free');
    const address = server.address();
    if (typeof address === 'object' && address) [this.localHost, this.localPort] = [address.address, address.port];
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
      led.upstream?.destroy();
    }
  }

  async close(): Promise<void> {
    for (const [socket, { upstream }] of this.#connections) {
      socket.destroy();
      upstream?.destroy();
    }
    await Promise.all([...this.#servers].map((server) => new Promise((resolve) => server.close(resolve))));
    this.#servers.clear();
  }

  #lead(socket: Socket): void {
    const port = this.#options.target();
    socket.on('error', () => undefined);
    if (port === undefined) return void socket.destroy();
    socket.setNoDelay(true);
    this.#connections.set(socket, { upstream: undefined, port });
    socket.once('close', () => {
      this.#connections.get(socket)?.upstream?.destroy();
      this.#connections.delete(socket);
    });
    const gate = this.#options.gate?.(port);
    const passed = gate ? gate(socket) : this.#straight(socket, port);
    passed.then(
      (both) => this.#join(socket, both),
      () => socket.destroy(),
    );
  }

  async #straight(client: Socket, port: number): Promise<Passed> {
    client.pause();
    const upstream = this.#options.connect?.(port) ?? connect({ port, host: '127.0.0.1' });
    return { client, upstream: await upstream };
  }

  #join(socket: Socket, { client, upstream, through }: Passed): void {
    const led = this.#connections.get(socket);
    upstream.on('error', () => socket.destroy());
    upstream.on('close', () => socket.destroy());
    if (!led) return void upstream.destroy();
    led.upstream = upstream;
    upstream.setNoDelay(true);
    (through ? client.pipe(through) : client).pipe(upstream);
    upstream.pipe(client);
  }
}

/** False when somebody has the port, or the machine not the address (macOS has 127.0.0.1 alone). */
function listening(server: Server, port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      error.code === 'EADDRINUSE' || error.code === 'EADDRNOTAVAIL' || error.code === 'EACCES'
        ? resolve(false)
        : reject(error);
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve(true);
    });
  });
}
