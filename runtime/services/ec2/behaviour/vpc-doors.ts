import { createServer as createHttpServer } from 'node:http';
import { connect, type Server, type Socket } from 'node:net';
import { network, outside } from '../../../engines/network/network.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { instanceMetadata } from './instance-metadata.ts';

/** The port at which AWS's API answers inside a VPC, at `outside.aws`, `outside.s3` and `outside.dynamodb`. */
export const apiPort = 4566;

/** Where instances ask for metadata, and for names ("Instance metadata", "Amazon DNS server"). */
const metadataAddress = '169.254.169.254';
const resolverAddress = '169.254.169.253';

/** What every sandbox in a VPC finds: AWS's API, the metadata service and the resolver. Opened once a VPC. */
export const vpcDoors = defineEngine('ec2.vpc-doors', (kernel) => new VpcDoors(kernel));

class VpcDoors {
  readonly #kernel: Kernel;
  readonly #open = new Map<string, Promise<Server[]>>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async open(vpcId: string): Promise<void> {
    let servers = this.#open.get(vpcId);
    if (!servers) {
      servers = this.#listen(vpcId);
      this.#open.set(vpcId, servers);
    }
    await servers;
  }

  stop(): void {
    for (const opening of this.#open.values())
      void opening.then((servers) => {
        for (const server of servers) server.close();
      });
    this.#open.clear();
  }

  async #listen(vpcId: string): Promise<Server[]> {
    const { addresses } = this.#kernel;
    const at = async (address: string, port: number, answer: (socket: Socket) => void): Promise<Server> => {
      const server = await this.#kernel.engine(network).listen(vpcId, { address, port });
      return server.on('connection', answer);
    };
    const toApi = (socket: Socket): void => handOver(socket, Number(new URL(addresses.apiUrl).port));
    const metadata = createHttpServer(
      (request, response) => void instanceMetadata(this.#kernel, vpcId, request, response),
    );
    return Promise.all([
      ...[outside.aws, outside.s3, outside.dynamodb].map((address) => at(address, apiPort, toApi)),
      at(metadataAddress, 80, (socket) => void metadata.emit('connection', socket)),
      at(resolverAddress, 53, (socket) => handOver(socket, addresses.dnsPort)),
    ]);
  }
}

function handOver(socket: Socket, port: number): void {
  const inner = connect({ host: '127.0.0.1', port });
  const end = (): void => {
    socket.destroy();
    inner.destroy();
  };
  for (const each of [socket, inner]) each.once('error', end).once('close', end);
  socket.pipe(inner).pipe(socket);
}
