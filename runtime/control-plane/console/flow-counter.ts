import type { HopEvent } from '../../kernel/events/events.ts';
import type { Kernel } from '../../kernel/service.ts';
import { nodesOf } from './map/resource-index.ts';

/** What went from one node of the map to another since it was last taken. */
export interface Flow {
  from: string;
  to: string;
  count: number;
  errors: number;
  totalMs: number;
  maxMs: number;
}

interface Waiting {
  /** The node that was reached. */
  to: string;
  hop: HopEvent;
}

/** Hops whose parents have not ended yet, and ended hops that later ones may name as their parent. */
const hopsKept = 4000;
const flowsKept = 2000;
export const usersNode = 'users';

/**
 * Counts requests between the nodes of the map: a hop that names a resource is reached from the nearest hop above it that
 * names another. Hops end before their parents do, so each waits for its parent; who hears of work set off later asks
 * parents that have ended already.
 */
export class FlowCounter {
  readonly #kernel: Kernel;
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #ended = new Map<string, { node: string | undefined; parentId: string | undefined }>();
  #flows = new Map<string, Flow>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  count(hop: HopEvent): void {
    const [node, target] = this.#nodesOf(hop);
    this.#remember(hop, node);
    const waiting = this.#waiting.get(hop.id) ?? [];
    this.#waiting.delete(hop.id);
    if (node === undefined) {
      for (const one of waiting) this.#lead(one, hop.parentId);
      return;
    }
    for (const one of waiting) this.#add(node, one);
    // A load balancer's one hop stands for the way to its target too.
    if (target !== undefined) this.#add(node, { to: target, hop });
    this.#lead({ to: node, hop }, hop.parentId);
  }

  take(): Flow[] {
    const flows = [...this.#flows.values()];
    this.#flows = new Map();
    return flows;
  }

  /** Up to the nearest hop with a node, over those that have ended; the first that has not is waited for. */
  #lead(one: Waiting, parentId: string | undefined): void {
    for (let id = parentId, steps = 0; id !== undefined && steps < 64; steps += 1) {
      const parent = this.#ended.get(id);
      if (!parent) {
        const list = this.#waiting.get(id) ?? [];
        list.push(one);
        this.#waiting.set(id, list);
        if (this.#waiting.size > hopsKept) this.#waiting.delete(this.#waiting.keys().next().value ?? '');
        return;
      }
      if (parent.node !== undefined) {
        this.#add(parent.node, one);
        return;
      }
      id = parent.parentId;
    }
  }

  #nodesOf(hop: HopEvent): string[] {
    return hop.service === 'gateway' && hop.parentId === undefined ? [usersNode] : nodesOf(this.#kernel, hop);
  }

  #remember(hop: HopEvent, node: string | undefined): void {
    this.#ended.set(hop.id, { node, parentId: hop.parentId });
    if (this.#ended.size > hopsKept) this.#ended.delete(this.#ended.keys().next().value ?? '');
  }

  #add(from: string, { to, hop }: Waiting): void {
    if (from === to) return;
    const key = `${from}\n${to}`;
    const flow = this.#flows.get(key) ?? { from, to, count: 0, errors: 0, totalMs: 0, maxMs: 0 };
    if (!this.#flows.has(key) && this.#flows.size >= flowsKept) return;
    this.#flows.set(key, flow);
    flow.count += 1;
    if (hop.error !== undefined || (hop.status ?? 0) >= 500) flow.errors += 1;
    flow.totalMs += hop.durationMs;
    flow.maxMs = Math.max(flow.maxMs, hop.durationMs);
  }
}
