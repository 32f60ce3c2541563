import type { ResourceRecord, StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { HopEvent } from '../../../kernel/events/events.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { roleOf } from './resource-roles.ts';

/** A deployed resource, by an id that is its own over all stacks. */
export interface Deployed {
  id: string;
  stack: StackRecord;
  resource: ResourceRecord;
}

/**
 * Every deployed resource by every name it is known by: physical id, ARN, addresses. Made anew when a stack has changed and
 * somebody asks again.
 */
export class ResourceIndex {
  readonly #kernel: Kernel;
  #resources = new Map<string, Deployed>();
  #names = new Map<string, Deployed>();
  #stale = true;
  /** Names that hops gave, among them many that are nobody's. */
  readonly #asked = new Map<string, string | undefined>();
  /** Beside what templates name: instances that a group has started. */
  #extra = new Map<string, string>();
  readonly #stop: () => void;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#stop = kernel.events.on('cloudformation.event', () => {
      this.#stale = true;
    });
  }

  stop(): void {
    this.#stop();
  }

  all(): Map<string, Deployed> {
    this.#refresh();
    return this.#resources;
  }

  /** By any of its names, or by an ARN of something inside of it (an object, an index, a function's alias). */
  find(name: string): Deployed | undefined {
    this.#refresh();
    // Route 53 writes names with their last dot, and load balancers' with a prefix for both kinds of addresses.
    const exact =
      this.#names.get(name) ??
      this.#names.get(
        name
          .replace(/^dualstack\./, '')
          .replace(/\.$/, '')
          .toLowerCase(),
      );
    if (exact || !name.startsWith('arn:')) return exact;
    for (let rest = name, cut = lastCut(rest); cut > 'arn:aws:'.length; cut = lastCut(rest)) {
      rest = rest.slice(0, cut);
      const found = this.#names.get(rest);
      if (found) return found;
    }
    const [last = ''] = name.split(/[:/]/).slice(-1);
    return last.length > 3 ? this.#names.get(last) : undefined;
  }

  /** The node of the map that a hop's resource is. */
  nodeOf(name: string): string | undefined {
    this.#refresh();
    if (this.#asked.has(name)) return this.#asked.get(name);
    const found = this.find(name);
    const node =
      found && roleOf(found.resource.ResourceType) === 'node' ? found.id : this.#extra.get(name.split(':')[0] ?? '');
    if (this.#asked.size > 5000) this.#asked.clear();
    this.#asked.set(name, node);
    return node;
  }

  setExtra(names: Map<string, string>): void {
    if (names.size === this.#extra.size && [...names.keys()].every((name) => this.#extra.has(name))) return;
    this.#extra = names;
    this.#asked.clear();
  }

  #refresh(): void {
    if (!this.#stale) return;
    this.#stale = false;
    this.#asked.clear();
    this.#resources = new Map();
    this.#names = new Map();
    const store = this.#kernel.engine(stackStore);
    for (const stack of store.all()) {
      if (stack.StackStatus === 'DELETE_COMPLETE') continue;
      for (const resource of store.resources(stack.StackId).values()) this.#add(stack, resource);
    }
  }

  #add(stack: StackRecord, resource: ResourceRecord): void {
    if (resource.ResourceStatus === 'DELETE_COMPLETE') return;
    const deployed = { id: `${stack.region}/${stack.StackName}/${resource.LogicalResourceId}`, stack, resource };
    this.#resources.set(deployed.id, deployed);
    for (const name of namesOf(resource)) if (!this.#names.has(name)) this.#names.set(name, deployed);
  }
}

/** Attributes that are short or numbers say nothing about whose they are. */
function namesOf({ PhysicalResourceId, attributes }: ResourceRecord): string[] {
  const names = Object.values(attributes).filter((value): value is string => typeof value === 'string');
  return [PhysicalResourceId ?? '', ...names]
    .flatMap(withoutScheme)
    .flatMap((name) => (/[A-Z]/.test(name) && name.includes('.') ? [name, name.toLowerCase()] : [name]))
    .map((name) => name.replace(/\.$/, ''))
    .filter((name) => name.length > 4);
}

/** Function URLs and endpoints are referred to with their scheme and without. */
function withoutScheme(value: string): string[] {
  const host = /^https?:\/\/([^/]+)/.exec(value)?.[1];
  return host === undefined ? [value] : [value, host];
}

function lastCut(text: string): number {
  return Math.max(text.lastIndexOf(':'), text.lastIndexOf('/'));
}

/** The nodes that a hop reached: what it names itself, then the target it chose. */
export function nodesOf(kernel: Kernel, { service, resource, notes }: HopEvent): string[] {
  const index = kernel.engine(resourceIndex);
  // Route 53 notes the name that an alias leads to: the hop that follows is the one that reaches it.
  const named = [resource, notes.resource, service === 'route53' ? undefined : notes.target];
  return named.flatMap((name) => (typeof name === 'string' ? (index.nodeOf(name) ?? []) : []));
}

export const resourceIndex = defineEngine('console-resource-index', (kernel) => new ResourceIndex(kernel));
