import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import { network } from '../../engines/network/network.ts';
import { packageOnDemand } from '../../kernel/package-on-demand.ts';
import type { Kernel } from '../../kernel/service.ts';
import { Upstream } from '../http/upstream/upstream.ts';
import type { TargetGroupTable, TargetTable } from './configuration.ts';

export const undici = packageOnDemand<typeof import('undici')>('undici');

/** "Connection to the target": the load balancer waits this long for one. */
const connectTimeoutMs = 10_000;
/** Connections to one target from one node; requests beyond wait for one. */
const mostConnections = 256;

/** The kept connections to one target, by the node they leave from. */
export class Connections {
  readonly #kernel: Kernel;
  readonly #about: () => { group: TargetGroupTable; target: TargetTable };
  readonly #upstreams = new Map<string | undefined, Upstream>();

  constructor(kernel: Kernel, about: () => { group: TargetGroupTable; target: TargetTable }) {
    this.#kernel = kernel;
    this.#about = about;
  }

  from(node: string | undefined): Upstream {
    const known = this.#upstreams.get(node);
    if (known) return known;
    const { group, target } = this.#about();
    const { address = '', port } = target;
    const secure = group.protocol === 'HTTPS';
    const dial = { vpcId: group.vpcId, from: node, address, port, secure, timeoutMs: connectTimeoutMs };
    const made = new Upstream({
      clock: this.#kernel.clock,
      name: `${address}:${port}`,
      dial: () => open(this.#kernel, dial),
      mostConnections,
    });
    this.#upstreams.set(node, made);
    return made;
  }

  stop(): void {
    for (const upstream of this.#upstreams.values()) upstream.stop();
    this.#upstreams.clear();
  }
}

interface Dial {
  vpcId: string;
  from: string | undefined;
  address: string;
  port: number;
  secure: boolean;
  timeoutMs: number;
}

/**
 * Addresses of a VPC are reached through its network, from the node's own address; addresses of this machine's loopback
 * directly. Nothing else is: Orrery opens no connections to the internet. Certificates of targets are not checked, as on
 * AWS ("Target groups for your Application Load Balancers", routing configuration).
 */
export function dialer(kernel: Kernel, dial: Dial): buildConnector.connector {
  return (_options, callback) => {
    open(kernel, dial).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
}

/** Whether a private address is the network engine's to reach. */
export function reachable(kernel: Kernel, vpcId: string, address: string): 'vpc' | 'loopback' | 'no' {
  if (/^127\./.test(address) || address === '::1') return 'loopback';
  return kernel.engine(network).vpc(vpcId).cidrs.length > 0 ? 'vpc' : 'no';
}

/** Whether a node's zone or subnet is cut off. */
export function isIsolated(kernel: Kernel, vpcId: string, node: string | undefined): boolean {
  if (node === undefined) return false;
  const { interfaces } = kernel.engine(network).vpc(vpcId);
  return interfaces.some(({ privateIp, isolated }) => privateIp === node && isolated === true);
}

export async function open(kernel: Kernel, dial: Dial): Promise<Socket> {
  const socket = await plain(kernel, dial);
  socket.setNoDelay(true);
  if (!dial.secure) return socket;
  return new Promise((resolve, reject) => {
    const secured = connectTls({ socket, rejectUnauthorized: false }, () => {
      secured.removeListener('error', reject);
      resolve(secured);
    });
    secured.once('error', reject);
  });
}

function plain(kernel: Kernel, { vpcId, from, address, port, timeoutMs }: Dial): Promise<Socket> {
  const how = reachable(kernel, vpcId, address);
  if (how === 'vpc' && from !== undefined)
    return kernel.engine(network).connect(vpcId, { from, address, port, timeoutMs });
  if (how !== 'loopback')
    return Promise.reject(
      Object.assign(new Error(`${address}:${port} is in no network that runs`), { code: 'EHOSTUNREACH' }),
    );
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}
