import { explicitDependencies, resourceReferences } from './references.ts';
import type { ResourceDefinition } from './template.ts';

/** By logical id, what must be there before it. Only names of resources that are in the graph. */
export type DependencyGraph = Map<string, Set<string>>;

/** `resources` are those whose condition is met; a DependsOn on one that is not there is passed over, as AWS does. */
export function dependencyGraph(
  resources: Record<string, ResourceDefinition>,
  taken?: (condition: string) => boolean,
): DependencyGraph {
  const graph: DependencyGraph = new Map();
  for (const [logicalId, definition] of Object.entries(resources)) {
    const names = [
      ...explicitDependencies(definition),
      ...resourceReferences(logicalId, definition, taken).map(({ name }) => name),
    ];
    graph.set(logicalId, new Set(names.filter((name) => Object.hasOwn(resources, name))));
  }
  return graph;
}

/** The resources that wait for one another in a circle, empty when there is none. */
export function circularResources(graph: DependencyGraph): string[] {
  const left = new Map([...graph].map(([name, needs]) => [name, new Set(needs)]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [name, needs] of left) {
      const needed = [...left.values()].some((others) => others.has(name));
      if (needs.size > 0 && needed) continue;
      left.delete(name);
      for (const others of left.values()) others.delete(name);
      changed = true;
    }
  }
  return [...left.keys()].sort();
}

/** Who waits for whom, the other way round: for deletion. */
export function reversed(graph: DependencyGraph): DependencyGraph {
  const result: DependencyGraph = new Map([...graph.keys()].map((name) => [name, new Set<string>()]));
  for (const [name, needs] of graph) for (const needed of needs) result.get(needed)?.add(name);
  return result;
}

/** Every name after all it needs; names in a circle at the end. */
export function inOrder(graph: DependencyGraph): string[] {
  const done = new Set<string>();
  const visit = (name: string, path: ReadonlySet<string>): void => {
    if (done.has(name) || path.has(name)) return;
    for (const needed of graph.get(name) ?? []) if (graph.has(needed)) visit(needed, new Set([...path, name]));
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, new Set());
  return [...done];
}
