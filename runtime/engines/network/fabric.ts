import type { Socket as Datagrams } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import type { FlowCount } from './flows.ts';
import type { InterfaceTable, VpcTable } from './vpc-table.ts';

/** What carries the packets of VPCs. Two levels: `namespace`, where the kernel decides about every one, and `loopback`. */
export interface Fabric {
  readonly level: 'namespace' | 'loopback';
  apply(vpc: VpcTable): Promise<FlowCount[]>;
  remove(vpcId: string): void;
  attach(vpc: VpcTable, networkInterface: InterfaceTable): Promise<Place>;
  /** A place of its own behind an interface that others share. */
  enter(vpc: VpcTable, networkInterface: InterfaceTable): Promise<SharedPlace>;
  detach(vpcId: string, networkInterfaceId: string): void;
  connect(vpc: VpcTable, options: ConnectOptions): Promise<Socket>;
  listen(vpc: VpcTable, options: ListenOptions): Promise<Server>;
  /** A UDP socket bound there. */
  receive(vpc: VpcTable, options: ListenOptions): Promise<Datagrams>;
  flows(vpcId: string): Promise<FlowCount[]>;
  stop(): void;
}

/** Where a sandbox with this interface runs. */
export interface Place {
  /** Makes the command that runs a program with this interface as its network. */
  enclose(command: string[]): string[];
  /** To be added to its environment. */
  environment: Record<string, string>;
  /** What of this machine's files it must be able to read, at the same paths. */
  files: readonly string[];
  /** What its servers are reached at on this machine, where the machine reaches them at all. */
  loopbackAddress: string | undefined;
}

export interface SharedPlace extends Place {
  leave(): void;
}

export interface ConnectOptions {
  /** The private address of an interface the runtime itself holds (a load balancer's node), or an address outside. */
  from: string;
  address: string;
  port: number;
  timeoutMs: number;
}

export interface ListenOptions {
  address: string;
  /** 0: any free one. */
  port: number;
}
