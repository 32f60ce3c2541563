import { network, outside } from '../../engines/network/network.ts';
import { type Decision, decide } from '../../engines/network/reachability.ts';
import { tcp, type VpcTable } from '../../engines/network/vpc-table.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { LoadBalancerTable, NodeTable } from './configuration.ts';

type Refusal = Exclude<Decision, { allowed: true }>;

/** What is remembered of who may come in, by address: as many clients as are held in mind before it is begun anew. */
const mostClients = 10_000;

/**
 * Where clients outside the VPC come in: round the nodes as DNS spreads them, past those that are cut off, and only where
 * routes, network ACLs and the load balancer's security groups let them.
 */
export class Entrance {
  readonly #kernel: Kernel;
  #vpc: VpcTable | undefined;
  #turn = 0;
  /** By node, port and client. */
  readonly #decided = new Map<string, Decision>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The node that takes the connection, or why none does. */
  enter(
    table: LoadBalancerTable,
    port: number,
    { clientIp, isCut }: { clientIp: string; isCut: (zone: string) => boolean },
  ): { node: NodeTable } | { refused: string; dropped: boolean } {
    const { nodes } = table;
    let refusal: Refusal | undefined;
    for (let step = 0; step < nodes.length; step += 1) {
      const node = nodes[this.#turn++ % nodes.length];
      if (!node || isCut(node.zone)) continue;
      const decision = this.#decide(table, node, { port, clientIp });
      if (decision.allowed) return { node };
      if (decision.by !== 'isolation') refusal = decision;
    }
    if (!refusal) return { refused: 'no zone of the load balancer can be reached', dropped: false };
    return { refused: reason(table, refusal, { port, clientIp: addressOf(clientIp) }), dropped: true };
  }

  /** Whether an address outside may come in at this very node. */
  admits(table: LoadBalancerTable, node: NodeTable, client: { port: number; clientIp: string }): boolean {
    return this.#decide(table, node, client).allowed;
  }

  #decide(table: LoadBalancerTable, node: NodeTable, client: { port: number; clientIp: string }): Decision {
    const vpc = this.#kernel.engine(network).vpc(table.vpcId);
    if (vpc !== this.#vpc || this.#decided.size >= mostClients) this.#decided.clear();
    this.#vpc = vpc;
    const { port } = client;
    const from = addressOf(client.clientIp);
    const key = `${node.address} ${port} ${from}`;
    const known = this.#decided.get(key);
    if (known) return known;
    const to = vpc.interfaces.find(({ privateIp }) => privateIp === node.address);
    const decision: Decision = to ? decide(vpc, { from, to, protocol: tcp, port }) : { allowed: true };
    this.#decided.set(key, decision);
    return decision;
  }
}

/** Browsers on this machine stand for users on the internet. */
function addressOf(clientIp: string): string {
  return /^127\.|^::1$/.test(clientIp) ? outside.users : clientIp;
}

function reason(
  { name, internal }: LoadBalancerTable,
  decision: Refusal,
  { port, clientIp }: { port: number; clientIp: string },
): string {
  if (decision.by === 'route')
    return internal
      ? `Load balancer ${name} is internal: only its VPC reaches it.`
      : `Subnet ${decision.at} of load balancer ${name} has no route to an internet gateway.`;
  if (decision.by === 'network-acl')
    return `Network ACL ${decision.at} keeps ${clientIp} from port ${port} of load balancer ${name}.`;
  return `No security group of load balancer ${name} lets ${clientIp} in at port ${port}.`;
}
