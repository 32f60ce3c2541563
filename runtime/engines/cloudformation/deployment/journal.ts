import type { ResourceStatus, StackStatus } from '@aws-sdk/client-cloudformation';
import type { Clock } from '../../../kernel/clock/clock.ts';
import type { ResourceRecord, Revision, StackRecord } from '../stacks/records.ts';
import type { StackStore } from '../stacks/stack-store.ts';
import { parameterDeclarations } from '../template/parameters.ts';
import { parseTemplate } from '../template/parse-template.ts';

/** Writes what happens to one stack: its record, its resources' records, and an event for each change of status. */
export class Journal {
  readonly stackId: string;
  readonly #store: StackStore;
  readonly #clock: Clock;
  #stack: StackRecord;
  #hidden: { revision: string; values: string[] } | undefined;

  constructor(store: StackStore, clock: Clock, stack: StackRecord) {
    this.stackId = stack.StackId;
    this.#store = store;
    this.#clock = clock;
    this.#stack = stack;
  }

  get stack(): StackRecord {
    return this.#store.stacks(this.#stack).get(this.stackId) ?? this.#stack;
  }

  get resources(): Map<string, ResourceRecord> {
    return this.#store.resources(this.stackId);
  }

  change(change: Partial<StackRecord>): StackRecord {
    this.#stack = this.#store.put({ ...this.stack, ...change });
    return this.#stack;
  }

  status(StackStatus: StackStatus, reason?: string, change: Partial<StackRecord> = {}): StackRecord {
    const stack = this.change({ ...change, StackStatus, StackStatusReason: reason });
    this.#store.addEvent(stack, {
      LogicalResourceId: stack.StackName,
      PhysicalResourceId: stack.StackId,
      ResourceType: 'AWS::CloudFormation::Stack',
      ResourceStatus: StackStatus,
      ...(reason !== undefined && { ResourceStatusReason: reason }),
    });
    return stack;
  }

  /** Keeps the record with its new status and tells of it. */
  resource(record: ResourceRecord, status: ResourceStatus, reason?: string): ResourceRecord {
    const kept: ResourceRecord = { ...record, ResourceStatus: status, timeMs: this.#clock.now() };
    delete kept.ResourceStatusReason;
    if (reason !== undefined) kept.ResourceStatusReason = reason;
    this.#store.putResource(this.stackId, kept);
    this.tell(kept, status, reason);
    return kept;
  }

  /** An event of something that is not (or no more) the resource's record: the old one of a replacement. */
  tell(about: TellOf, status: ResourceStatus, reason?: string): void {
    this.#store.addEvent(this.stack, {
      LogicalResourceId: about.LogicalResourceId,
      PhysicalResourceId: about.PhysicalResourceId ?? '',
      ResourceType: about.ResourceType,
      ResourceStatus: status,
      ...(reason !== undefined && { ResourceStatusReason: reason }),
      ...(about.properties && !status.startsWith('DELETE') && { ResourceProperties: this.#shown(about.properties) }),
    });
  }

  /** Values of NoEcho parameters show as asterisks ("Parameters section: properties"). */
  #shown(properties: Record<string, unknown>): string {
    const { current } = this.stack;
    if (current && this.#hidden?.revision !== current.template)
      this.#hidden = { revision: current.template, values: hiddenValues(current) };
    let text = JSON.stringify(properties);
    for (const value of this.#hidden?.values ?? []) text = text.replaceAll(JSON.stringify(value).slice(1, -1), '****');
    return text;
  }

  keep(record: ResourceRecord): ResourceRecord {
    return this.#store.putResource(this.stackId, record);
  }

  forget(logicalId: string): void {
    this.#store.removeResource(this.stackId, logicalId);
  }
}

export interface TellOf {
  LogicalResourceId: string;
  PhysicalResourceId?: string | undefined;
  ResourceType: string;
  properties?: Record<string, unknown>;
}

function hiddenValues(revision: Revision): string[] {
  if (!revision.template.includes('NoEcho')) return [];
  const declared = parameterDeclarations(parseTemplate(revision.processed ?? revision.template).document);
  return Object.entries(revision.parameters)
    .filter(([name, value]) => value !== '' && String(declared[name]?.NoEcho) === 'true')
    .map(([, value]) => value);
}
