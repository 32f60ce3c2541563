import { type Duplex, duplexPair } from 'node:stream';
import { blockList } from '../../engines/network/addresses.ts';
import { network, outside } from '../../engines/network/network.ts';
import { decide } from '../../engines/network/reachability.ts';
import { tcp } from '../../engines/network/vpc-table.ts';
import type { Timer } from '../../kernel/clock/clock.ts';
import type { Hop } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import { routable } from '../alb/choose.ts';
import type { ListenerTable, LoadBalancerTable, NodeTable, TargetGroupTable } from '../alb/configuration.ts';
import { open } from '../alb/connections.ts';
import type { Target, TargetGroup } from '../alb/target-group.ts';
import { waysIn } from '../alb/ways-in.ts';
import type { FlowSources } from './flow-entrance.ts';

export interface Flow {
  loadBalancer: LoadBalancerTable;
  listener: ListenerTable;
  node: NodeTable;
  clientIp: string;
  clientPort: number;
  hop: Hop;
}

const connectTimeoutMs = 10_000;

/** Carries a flow to the target its addresses lead to, and what either end sends to the other, until one of them ends. */
export async function carry(sources: FlowSources, flow: Flow, client: Duplex): Promise<void> {
  const { kernel, metrics } = sources;
  const { loadBalancer, node, hop } = flow;
  const group = groupOf(sources, flow);
  const target = group && targetOf(group, flow);
  if (!group || !target) throw new Error('no target could take the flow');
  hop.note('target', `${target.table.id}:${target.table.port}`);
  const server = await connect(kernel, flow, group.table, target);
  metrics.began(loadBalancer, node.zone);
  target.outstanding += 1;
  const ended = join(kernel, client, server, {
    idleMs: flow.listener.idleSeconds * 1000,
    count: (bytes) => metrics.carried(loadBalancer, node.zone, bytes),
    reset: (by) => metrics.reset(loadBalancer, node.zone, by),
    mustEnd: () => mustEnd(group, target),
    onHealth: (listener) => group.onTargetChange(target, listener),
  });
  await ended;
  target.outstanding -= 1;
  metrics.ended(loadBalancer, node.zone);
}

function groupOf({ groups, kernel }: FlowSources, { listener }: Flow): TargetGroup | undefined {
  const action = listener.rules[0]?.action;
  if (action?.type !== 'forward') return undefined;
  const total = action.groups.reduce((sum, { weight }) => sum + weight, 0);
  let left = total > 0 ? kernel.ids.random() * total : 0;
  for (const { arn, weight } of action.groups) {
    left -= weight;
    if (left < 0) return groups.get(arn);
  }
  return undefined;
}

/** "Flow hash algorithm": by protocol, addresses and ports; with stickiness by the client's address alone. */
function targetOf(
  group: TargetGroup,
  { clientIp, clientPort, listener, node, loadBalancer }: Flow,
): Target | undefined {
  const crossZone = group.table.crossZone ?? loadBalancer.attributes.crossZone;
  const candidates = routable(group, crossZone ? undefined : node.zone);
  const sticky = group.table.stickiness !== undefined;
  const key = sticky ? clientIp : `${clientIp} ${clientPort} ${listener.port}`;
  let hash = 2166136261;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 16777619) >>> 0;
  return candidates[((hash ^ (hash >>> 15)) >>> 0) % Math.max(candidates.length, 1)];
}

/** Flows to a target that is ill, or has left, are ended where the group says so ("Connection termination for deregistered targets"). */
function mustEnd({ table }: TargetGroup, { health }: Target): boolean {
  if (health.reason === 'Target.NotRegistered') return table.flows?.endWhenDeregistered ?? false;
  if (health.state === 'unhealthy') return table.flows?.endWhenUnhealthy ?? true;
  return false;
}

/**
 * With client IP preservation the target sees the client, and its gates judge the client; without, the node. What the
 * network of the VPC cannot carry so (a client within the VPC, a target without a way from the internet) comes from the node.
 */
async function connect(kernel: Kernel, flow: Flow, group: TargetGroupTable, { table }: Target): Promise<Duplex> {
  const { address = '', port } = table;
  if (group.targetType === 'alb') return toBalancer(kernel, flow, table);
  const from = sourceOf(kernel, flow, group, address, port);
  flow.hop.note('from', from ?? 'this machine');
  const secure = group.protocol === 'TLS';
  const socket = await open(kernel, { vpcId: group.vpcId, from, address, port, secure, timeoutMs: connectTimeoutMs });
  if (group.flows?.proxyProtocol) socket.write(proxyHeader(flow, address, port));
  return socket;
}

/** The Application Load Balancer sees the client: "client IP preservation is enabled" for such targets, always. */
function toBalancer(kernel: Kernel, { clientIp, clientPort, node }: Flow, { id, port }: Target['table']): Duplex {
  const [near, far] = duplexPair();
  Object.assign(far, { remoteAddress: clientIp, remotePort: clientPort });
  const way = kernel.engine(waysIn).get(id);
  if (!way?.take(far, { port, zone: node.zone }))
    throw new Error(`load balancer ${id} has no listener at port ${port}`);
  return near;
}

function sourceOf(
  kernel: Kernel,
  flow: Flow,
  group: TargetGroupTable,
  address: string,
  port: number,
): string | undefined {
  const node = flow.node.address;
  const vpc = kernel.engine(network).vpc(group.vpcId);
  const to = vpc.interfaces.find(({ privateIp }) => privateIp === address);
  const client = /^127\./.test(flow.clientIp) ? outside.users : flow.clientIp;
  if (!group.flows?.preserveClientIp || !to || blockList(vpc.cidrs).check(client)) return node;
  if (decide(vpc, { from: client, to, protocol: tcp, port }).allowed) return client;
  const open = vpc.subnets.map((subnet) => ({
    ...subnet,
    routes: [{ destination: '0.0.0.0/0', target: 'internet-gateway' as const }],
  }));
  const direct = { ...to, publicIp: to.publicIp ?? client };
  const gates = decide({ ...vpc, subnets: open }, { from: client, to: direct, protocol: tcp, port });
  // A group of the load balancer's, named by the target's rules, stands for its clients, too.
  if (gates.allowed || flow.loadBalancer.hasSecurityGroups) return node;
  throw new Error(`the target lets nothing in from ${client}`);
}

/** "Proxy protocol" version 2: a signature, PROXY over TCP/IPv4, and both ends' addresses and ports. */
function proxyHeader({ clientIp, clientPort }: Flow, address: string, port: number): Buffer {
  const header = Buffer.alloc(28);
  Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1').copy(header);
  header.set([0x21, 0x11, 0, 12], 12);
  header.set(octets(clientIp), 16);
  header.set(octets(address), 20);
  header.writeUInt16BE(clientPort, 24);
  header.writeUInt16BE(port, 26);
  return header;
}

const octets = (address: string): number[] => address.split('.').map((part) => Number(part) & 255);

interface Joined {
  idleMs: number;
  count(bytes: number): void;
  reset(by: 'Client' | 'Target'): void;
  mustEnd(): boolean;
  /** Calls back when the target's health changes; returns what ends that. */
  onHealth(listener: () => void): () => void;
}

function join(kernel: Kernel, client: Duplex, server: Duplex, how: Joined): Promise<void> {
  return new Promise((resolve) => {
    const { clock } = kernel;
    let lastMs = clock.elapsed();
    let idle: Timer | undefined;
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      idle?.cancel();
      unwatch();
      client.destroy();
      server.destroy();
      resolve();
    };
    const unwatch = how.onHealth(() => {
      if (how.mustEnd()) end();
    });
    const watch = (): void => {
      const leftMs = lastMs + how.idleMs - clock.elapsed();
      if (leftMs <= 0) end();
      else idle = clock.after(leftMs, 'a quiet flow', watch, { basis: 'elapsed' });
    };
    for (const [end1, by] of [
      [client, 'Client'],
      [server, 'Target'],
    ] as const) {
      end1.on('data', (chunk: Buffer) => {
        lastMs = clock.elapsed();
        how.count(chunk.length);
      });
      end1.once('error', () => {
        how.reset(by);
        end();
      });
      end1.once('close', end);
    }
    client.pipe(server);
    server.pipe(client);
    watch();
  });
}
