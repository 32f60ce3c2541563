import type { Fabric } from './fabric.ts';
import type { FlowCount } from './flows.ts';
import type { VpcTable } from './vpc-table.ts';

/** More ends than this between two readings go uncounted, as a set of the kernel's holds no more. */
const mostFlows = 65_535;

/** A VPC that is being carried: its changes take effect in order, the newest of several at once, and no flow is lost. */
export class LiveVpc {
  /** Resolves when it is carried for the first time. */
  readonly started: Promise<void>;
  readonly #fabric: Fabric;
  readonly #table: () => VpcTable;
  readonly #flows = new Map<string, FlowCount>();
  /** What had been counted when the fabric was last read; its counters go on until `apply` begins them anew. */
  #seen = new Map<string, FlowCount>();
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(fabric: Fabric, table: () => VpcTable) {
    this.#fabric = fabric;
    this.#table = table;
    this.started = this.apply();
    this.started.catch(() => undefined);
  }

  apply(): Promise<void> {
    this.#next ??= this.#after(async () => {
      this.#next = undefined;
      this.#count(await this.#fabric.apply(this.#table()));
      this.#seen = new Map();
    });
    return this.#next;
  }

  async drain(): Promise<FlowCount[]> {
    await this.#after(async () => {
      const now = await this.#fabric.flows(this.#table().vpcId);
      this.#count(now);
      this.#seen = new Map(now.map((flow) => [keyOf(flow), flow]));
    });
    const drained = [...this.#flows.values()];
    this.#flows.clear();
    return drained;
  }

  #after(step: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(step);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #count(flows: readonly FlowCount[]): void {
    for (const flow of flows) {
      const key = keyOf(flow);
      const seen = this.#seen.get(key);
      // A flow that was quiet for long is forgotten by the kernel and counted from nothing.
      const before = seen && seen.packets <= flow.packets ? seen : { packets: 0, bytes: 0 };
      const packets = flow.packets - before.packets;
      if (packets === 0) continue;
      const kept = this.#flows.get(key);
      if (!kept && this.#flows.size >= mostFlows) continue;
      const bytes = flow.bytes - before.bytes;
      this.#flows.set(key, { ...flow, packets: packets + (kept?.packets ?? 0), bytes: bytes + (kept?.bytes ?? 0) });
    }
  }
}

function keyOf({ source, sourcePort, target, protocol, port, action }: FlowCount): string {
  return [source, sourcePort, target, protocol, port, action].join('|');
}
