import type { Server as NetServer, Socket } from 'node:net';
import { network, outside } from '../../engines/network/network.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { ListenerTable, LoadBalancerTable, NodeTable } from './configuration.ts';

/** A connection that came to a node inside its VPC. */
export interface InnerConnection {
  node: NodeTable;
  listener: string;
  /** At the node's public address: from an address outside, whatever the client's own. */
  asOutsider: boolean;
}

interface Open {
  close(): void;
}

/** What becomes of the connections to one listener. */
export interface Taker {
  take(socket: Socket): void;
  stop(): void;
}

type TakerOf = (listener: ListenerTable, connection: InnerConnection) => Promise<Taker>;

/**
 * Where instances and functions in the VPC reach the load balancer: its nodes' private addresses, and their public ones by
 * way of an internet or NAT gateway. Opened when the first sandbox enters the VPC. The kernel decides who comes to private
 * addresses; at public ones `admits` does, for there the client is one of the internet's.
 */
export class InnerListeners {
  readonly #kernel: Kernel;
  readonly #takerOf: TakerOf;
  readonly #admits: (connection: InnerConnection, port: number, clientIp: string) => boolean;
  readonly #open = new Map<string, Promise<Open>>();

  constructor(
    kernel: Kernel,
    how: {
      takerOf: TakerOf;
      admits: (connection: InnerConnection, port: number, clientIp: string) => boolean;
    },
  ) {
    this.#kernel = kernel;
    this.#takerOf = how.takerOf;
    this.#admits = how.admits;
  }

  /** Opens and closes what the table has more or less than before. */
  async sync(table: LoadBalancerTable): Promise<void> {
    const engine = this.#kernel.engine(network);
    const there = table.vpcId !== '' && engine.isEntered(table.vpcId) && engine.level === 'namespace';
    const wanted = there ? doorsOf(table) : [];
    for (const [key, opening] of this.#open) {
      if (wanted.some((door) => door.key === key)) continue;
      this.#open.delete(key);
      closeWhenOpen(opening);
    }
    for (const door of wanted) if (!this.#open.has(door.key)) this.#open.set(door.key, this.#listen(table, door));
    await Promise.all(this.#open.values());
  }

  stop(): void {
    for (const opening of this.#open.values()) closeWhenOpen(opening);
    this.#open.clear();
  }

  async #listen({ vpcId }: LoadBalancerTable, { address, listener, connection }: Door): Promise<Open> {
    const taker = await this.#takerOf(listener, connection);
    const server: NetServer = await this.#kernel.engine(network).listen(vpcId, { address, port: listener.port });
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      socket.on('error', () => socket.destroy());
      if (connection.asOutsider && !this.#admits(connection, listener.port, this.#addressOutside(vpcId, socket)))
        return void socket.destroy();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      taker.take(socket);
    });
    return {
      close() {
        server.close();
        taker.stop();
        for (const socket of sockets) socket.destroy();
      },
    };
  }

  /** What the world sees of a client in the VPC: its own public address, else a NAT gateway's. */
  #addressOutside(vpcId: string, { remoteAddress }: Socket): string {
    const { interfaces } = this.#kernel.engine(network).vpc(vpcId);
    return interfaces.find(({ privateIp }) => privateIp === remoteAddress)?.publicIp ?? outside.users;
  }
}

interface Door {
  key: string;
  address: string;
  listener: ListenerTable;
  connection: InnerConnection;
}

function doorsOf({ nodes, listeners }: LoadBalancerTable): Door[] {
  return listeners.flatMap((listener) =>
    nodes.flatMap((node) =>
      [node.address, node.publicAddress].flatMap((address, index) =>
        address === undefined
          ? []
          : {
              key: [listener.arn, listener.port, listener.protocol, listener.certificates, address].join(' '),
              address,
              listener,
              connection: { node, listener: listener.arn, asOutsider: index === 1 },
            },
      ),
    ),
  );
}

function closeWhenOpen(opening: Promise<Open>): void {
  opening.then((open) => open.close()).catch(() => undefined);
}
