import type { Socket as Datagrams } from 'node:dgram';
import type { Server as HttpServer } from 'node:http';
import { connect, type Server, type Socket } from 'node:net';
import { answerTcp, answerUdp } from '../../../data-planes/dns/serve-dns.ts';
import { createServer as createHttpServer } from '../../../data-planes/http/node-http.ts';
import { resolverOf, within } from '../../../engines/network/addresses.ts';
import { arrivals } from '../../../engines/network/arrivals.ts';
import { apiPort, network, outside } from '../../../engines/network/network.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel, Through } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { networkInterfaces, routeTables, subnets, vpcEndpoints, vpcs } from '../network-state.ts';
import { holds } from './flow-fields.ts';
import { instanceMetadata } from './instance-metadata.ts';
import { gatewayCidrs, tableOf } from './networks.ts';
import type { Where } from './noun.ts';

/** Where instances ask for metadata, and for names ("Instance metadata", "Amazon DNS server"). */
const metadataAddress = '169.254.169.254';
const resolverAddress = '169.254.169.253';
/** Where SES's SMTP endpoint begins in the clear and goes on by STARTTLS ("Connecting to an Amazon SES SMTP endpoint"). */
export const smtpPorts = [25, 587, 2587];

/** What a VPC holds open at one address and port; `open` is done once, however often the VPC changes. */
interface Door {
  key: string;
  open(): Promise<{ close(): void }>;
}

/**
 * What every sandbox in a VPC finds, instance or function: AWS's API outside the VPC and at its interface endpoints, users'
 * names beside it, the metadata service and the resolver. Opened before the first sandbox enters, kept as the VPC is.
 */
export const vpcDoors = defineEngine('ec2.vpc-doors', (kernel) => new VpcDoors(kernel));

class VpcDoors {
  readonly #kernel: Kernel;
  readonly #open = new Map<string, Map<string, Promise<{ close(): void }>>>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Before a first sandbox enters. Where namespaces cannot be made sandboxes reach the machine's own ports instead. */
  async open(vpcId: string): Promise<void> {
    if (this.#kernel.engine(network).level !== 'namespace' || this.#open.has(vpcId)) return;
    this.#open.set(vpcId, new Map());
    await this.sync(vpcId);
  }

  /** After a change of the VPC: endpoints may have come and gone, and name resolution been switched. */
  async sync(vpcId: string): Promise<void> {
    const open = this.#open.get(vpcId);
    if (!open) return;
    const scope = scopeOf(this.#kernel, vpcId);
    const wanted = scope ? this.#doors(vpcId, { store: this.#kernel.store, ...scope }) : [];
    for (const [key, opening] of open)
      if (!wanted.some((door) => door.key === key)) {
        open.delete(key);
        closeWhenOpen(opening);
      }
    for (const door of wanted) if (!open.has(door.key)) open.set(door.key, door.open());
    if (!scope) this.#open.delete(vpcId);
    await Promise.all(open.values());
  }

  stop(): void {
    for (const open of this.#open.values()) for (const opening of open.values()) closeWhenOpen(opening);
    this.#open.clear();
  }

  #doors(vpcId: string, where: Where): Door[] {
    const vpc = vpcs.find(where, vpcId);
    const metadata = createHttpServer((request, response) => {
      const asker = { vpcId, address: request.socket.remoteAddress ?? '' };
      void instanceMetadata(this.#kernel, asker, request, response);
    });
    const resolvers = vpc.enableDnsSupport ? [resolverAddress, resolverOf(vpc.CidrBlock)] : [];
    return [
      ...[outside.aws, outside.s3, outside.dynamodb, ...endpointAddresses(where, vpcId)].flatMap((address) =>
        this.#api(vpcId, address),
      ),
      ...smtpPorts.map((port) =>
        this.#tcp(vpcId, outside.aws, port, (socket) => join(socket, toOwn(this.#kernel.addresses.smtpPort))),
      ),
      this.#tcp(vpcId, metadataAddress, 80, (socket) => enter(metadata, socket)),
      ...resolvers.flatMap((address) => [
        this.#tcp(vpcId, address, 53, (socket) => answerTcp(this.#kernel, socket, { vpcId })),
        this.#udp(vpcId, address, 53, (socket) => answerUdp(this.#kernel, socket, { vpcId })),
      ]),
    ];
  }

  #api(vpcId: string, address: string): Door[] {
    const { addresses } = this.#kernel;
    const outsidePort = Number(new URL(addresses.apiUrl).port);
    return [
      ...[...new Set([apiPort, outsidePort])].map((port) =>
        this.#tcp(vpcId, address, port, (socket) => this.#handOver(socket, outsidePort, { vpcId, address })),
      ),
      this.#tcp(vpcId, address, 443, (socket) => this.#handOver(socket, addresses.httpsPort, { vpcId, address })),
      this.#tcp(vpcId, address, 80, (socket) => this.#handOver(socket, addresses.httpPort, { vpcId, address })),
    ];
  }

  /** What comes by an endpoint is known by it to whoever decides about its requests. */
  #handOver(socket: Socket, port: number, door: { vpcId: string; address: string }): void {
    const client = socket.remoteAddress ?? '';
    const inner = toOwn(port);
    const through = (): Through | undefined => endpointOf(this.#kernel, { ...door, client });
    if (through()) this.#kernel.engine(arrivals).expect(inner, through);
    join(socket, inner);
  }

  #tcp(vpcId: string, address: string, port: number, answer: (socket: Socket) => void): Door {
    const open = async (): Promise<Server> => {
      const server = await this.#kernel.engine(network).listen(vpcId, { address, port });
      return server.on('connection', (socket) => {
        // Who leaves in the middle concerns nobody else.
        socket.on('error', () => socket.destroy());
        answer(socket);
      });
    };
    return { key: `tcp ${address}:${port}`, open };
  }

  #udp(vpcId: string, address: string, port: number, answer: (socket: Datagrams) => void): Door {
    const open = async (): Promise<Datagrams> => {
      const socket = await this.#kernel.engine(network).receive(vpcId, { address, port });
      answer(socket);
      return socket;
    };
    return { key: `udp ${address}:${port}`, open };
  }
}

/** Interface endpoints take calls at their interfaces, whose groups decide who may ("AWS PrivateLink"). */
function endpointAddresses(where: Where, vpcId: string): string[] {
  return vpcEndpoints
    .all(where)
    .filter((endpoint) => endpoint.VpcId === vpcId)
    .flatMap(({ NetworkInterfaceIds }) => NetworkInterfaceIds)
    .flatMap((id) => networkInterfaces.records(where).get(id)?.PrivateIpAddress ?? []);
}

/**
 * The endpoint by which a client of the VPC came to an address of AWS's: that of an interface endpoint, or the gateway endpoint
 * that its subnet's routes lead it to.
 */
function endpointOf(
  kernel: Kernel,
  { vpcId, address, client }: { vpcId: string; address: string; client: string },
): Through | undefined {
  const scope = scopeOf(kernel, vpcId);
  if (!scope) return undefined;
  const where: Where = { store: kernel.store, ...scope };
  const faces = networkInterfaces.all(where).filter((face) => face.VpcId === vpcId);
  const faceAt = (wanted: string) => faces.find((face) => holds(face, wanted));
  const door = faceAt(address);
  const subnet = subnets.records(where).get(faceAt(client)?.SubnetId ?? '');
  const table = subnet && tableOf(routeTables.all(where), subnet);
  const found = vpcEndpoints
    .all(where)
    .find((endpoint) =>
      door
        ? endpoint.NetworkInterfaceIds.includes(door.NetworkInterfaceId)
        : table !== undefined &&
          endpoint.RouteTableIds.includes(table.RouteTableId) &&
          gatewayCidrs(where.region, endpoint.ServiceName).some((cidr) => within(address, cidr)),
    );
  return found && { vpcId, vpcEndpointId: found.VpcEndpointId, address: client, policy: found.PolicyDocument };
}

function scopeOf(kernel: Kernel, vpcId: string): Scope | undefined {
  return kernel.store.scopes('ec2.vpcs').find((scope) => vpcs.records({ store: kernel.store, ...scope }).has(vpcId));
}

function closeWhenOpen(opening: Promise<{ close(): void }>): void {
  opening.then((open) => open.close()).catch(() => undefined);
}

function enter(server: HttpServer, socket: Socket): void {
  server.emit('connection', socket);
}

function toOwn(port: number): Socket {
  return connect({ host: '127.0.0.1', port });
}

function join(socket: Socket, inner: Socket): void {
  const end = (): void => {
    socket.destroy();
    inner.destroy();
  };
  for (const each of [socket, inner]) each.once('error', end).once('close', end);
  socket.pipe(inner).pipe(socket);
}
