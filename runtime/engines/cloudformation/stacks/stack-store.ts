import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import type { EventRecord, ResourceRecord, StackRecord } from './records.ts';

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** Something happened to a stack or to one of its resources: what DescribeStackEvents tells. */
    'cloudformation.event': EventRecord & { account: string; region: string };
  }
}

/** Stacks, their resources and events. Stacks are few and in memory; resources and events have tables of their own. */
export class StackStore {
  readonly #kernel: Kernel;
  /** Resources of stacks that were asked for, as in the table. */
  readonly #resources = new Map<string, Map<string, ResourceRecord>>();

  readonly #lastEventMs = new Map<string, number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    kernel.store.migrate('cloudformation', [
      `CREATE TABLE cloudformation_resources (stack TEXT, logical TEXT, record TEXT NOT NULL, PRIMARY KEY (stack, logical)) WITHOUT ROWID;
       CREATE TABLE cloudformation_events (stack TEXT, number INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL);
       CREATE INDEX cloudformation_events_by_stack ON cloudformation_events (stack, number)`,
    ]);
  }

  stacks(scope: { account: string; region: string }): Collection<StackRecord> {
    return this.#kernel.store.collection<StackRecord>('cloudformation.stacks', {
      account: scope.account,
      region: scope.region,
    });
  }

  /** Every stack of every account and region. */
  all(): StackRecord[] {
    return this.#kernel.store.scopes('cloudformation.stacks').flatMap((scope) => this.stacks(scope).values());
  }

  /** By name (then only one that is not deleted) or by id. */
  find(scope: { account: string; region: string }, nameOrId: string): StackRecord | undefined {
    const stacks = this.stacks(scope);
    const byId = stacks.get(nameOrId);
    if (byId) return byId;
    return stacks.values().find((stack) => stack.StackName === nameOrId && stack.StackStatus !== 'DELETE_COMPLETE');
  }

  put(stack: StackRecord): StackRecord {
    this.stacks(stack).put(stack.StackId, stack);
    return stack;
  }

  resources(stackId: string): Map<string, ResourceRecord> {
    let resources = this.#resources.get(stackId);
    if (!resources) {
      const rows = this.#kernel.store
        .prepare('SELECT record FROM cloudformation_resources WHERE stack = ? ORDER BY logical')
        .all<{ record: string }>(stackId);
      resources = new Map(
        rows.map(({ record }) => {
          const resource = JSON.parse(record) as ResourceRecord;
          return [resource.LogicalResourceId, resource];
        }),
      );
      this.#resources.set(stackId, resources);
    }
    return resources;
  }

  putResource(stackId: string, resource: ResourceRecord): ResourceRecord {
    this.resources(stackId).set(resource.LogicalResourceId, resource);
    this.#kernel.store
      .prepare('INSERT OR REPLACE INTO cloudformation_resources VALUES (?, ?, ?)')
      .run(stackId, resource.LogicalResourceId, JSON.stringify(resource));
    return resource;
  }

  removeResource(stackId: string, logicalId: string): void {
    this.resources(stackId).delete(logicalId);
    this.#kernel.store
      .prepare('DELETE FROM cloudformation_resources WHERE stack = ? AND logical = ?')
      .run(stackId, logicalId);
  }

  addEvent(
    stack: StackRecord,
    event: Omit<EventRecord, 'EventId' | 'StackId' | 'StackName' | 'timeMs'> & { EventId?: string },
  ): void {
    const { StackId, StackName, ClientRequestToken, account, region } = stack;
    const record: EventRecord = {
      ...event,
      EventId: event.EventId ?? `${event.LogicalResourceId}-${event.ResourceStatus}-${this.#kernel.ids.uuid()}`,
      StackId,
      StackName,
      timeMs: this.#nextEventMs(StackId),
    };
    if (ClientRequestToken !== undefined) record.ClientRequestToken = ClientRequestToken;
    this.#kernel.store
      .prepare('INSERT INTO cloudformation_events (stack, record) VALUES (?, ?)')
      .run(StackId, JSON.stringify(record));
    this.#kernel.events.emit('cloudformation.event', { ...record, account, region });
  }

  /** Clients put events in order by their time alone: no two of a stack have the same millisecond. */
  #nextEventMs(stackId: string): number {
    const timeMs = Math.max(this.#kernel.clock.now(), (this.#lastEventMs.get(stackId) ?? 0) + 1);
    this.#lastEventMs.set(stackId, timeMs);
    return timeMs;
  }

  /** Newest first. `before` is the number of the last event already seen. */
  events(stackId: string, options: { limit: number; before?: number }): { number: number; event: EventRecord }[] {
    return this.#kernel.store
      .prepare(
        'SELECT number, record FROM cloudformation_events WHERE stack = ? AND number < ? ORDER BY number DESC LIMIT ?',
      )
      .all<{ number: number; record: string }>(stackId, options.before ?? Number.MAX_SAFE_INTEGER, options.limit)
      .map(({ number, record }) => ({ number, event: JSON.parse(record) as EventRecord }));
  }

  /** Everything kept of a stack that was deleted 90 days ago ("list-stacks", AWS CLI Reference). */
  forget(stack: StackRecord): void {
    this.stacks(stack).delete(stack.StackId);
    this.#resources.delete(stack.StackId);
    this.#lastEventMs.delete(stack.StackId);
    for (const table of ['cloudformation_resources', 'cloudformation_events']) {
      this.#kernel.store.prepare(`DELETE FROM ${table} WHERE stack = ?`).run(stack.StackId);
    }
  }
}

export const stackStore = defineEngine('cloudformation-stacks', (kernel) => new StackStore(kernel));
