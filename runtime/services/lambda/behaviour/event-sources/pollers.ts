import { defineEngine } from '../../../../kernel/engine.ts';
import type { Kernel } from '../../../../kernel/service.ts';
import { type MappingRecord, mappings } from '../../state.ts';
import { type Poller, Source } from './source.ts';
import { SqsPoller } from './sqs-poller.ts';
import { StreamPoller } from './stream-poller.ts';

/** The pollers of all enabled event source mappings. */
export const pollers = defineEngine<Pollers>('lambda-pollers', (kernel) => new Pollers(kernel));

export class Pollers {
  readonly #kernel: Kernel;
  readonly #running = new Map<string, Poller>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Starts, changes or stops the poller of a mapping so that it does what the record says. */
  apply(mapping: MappingRecord, place: { account: string; region: string }): void {
    this.end(mapping.UUID);
    if (!mapping.enabled) return;
    const source = new Source(this.#kernel, mapping, place);
    const poller = mapping.EventSourceArn.split(':')[2] === 'sqs' ? new SqsPoller(source) : new StreamPoller(source);
    this.#running.set(mapping.UUID, poller);
  }

  end(uuid: string): void {
    this.#running.get(uuid)?.stop();
    this.#running.delete(uuid);
  }

  /** After a start: every mapping that was enabled. */
  resume(): void {
    for (const scope of this.#kernel.store.scopes('lambda.eventSourceMappings')) {
      const records = { collection: <T extends object>(name: string) => this.#kernel.store.collection<T>(name, scope) };
      for (const mapping of mappings(records).values()) this.apply(mapping, scope);
    }
  }

  stop(): void {
    for (const uuid of [...this.#running.keys()]) this.end(uuid);
  }
}
