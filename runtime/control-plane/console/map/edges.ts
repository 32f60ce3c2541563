import type { MapEdge } from './architecture.ts';
import type { ResourceReference } from './references.ts';
import type { Deployed } from './resource-index.ts';
import { isAside, isEntrance, isFedBy, roleOf } from './resource-roles.ts';

interface Step {
  to: Deployed;
  property: string;
}

/** Longest chain of links between two nodes: listener, target group, launch template, profile, role, policy. */
const longestChain = 8;

/**
 * From every node along the direction in which it uses things, over links, to the next nodes. A load balancer reaches a group
 * over listener and target group, a function a table over role and policy.
 */
export function edgesOf(all: Deployed[], references: Map<string, ResourceReference[]>): MapEdge[] {
  const steps = stepsOf(all, references);
  const edges = new Map<string, MapEdge>();
  for (const from of all) {
    if (roleOf(from.resource.ResourceType) !== 'node') continue;
    walk(from, steps, (to, via, kind) => {
      const id = `${from.id}>${to.id}`;
      const known = edges.get(id);
      if (known && (known.kind === 'uses' || kind === 'may')) return;
      edges.set(id, { id, from: from.id, to: to.id, kind, via });
    });
  }
  const entrances = new Set(all.filter(({ resource }) => isEntrance(resource.ResourceType)).map(({ id }) => id));
  markAddresses([...edges.values()], entrances);
  // A consumer's permission to take from what feeds it is the same edge from its other end.
  return [...edges.values()].filter(
    ({ from, to, kind }) => kind === 'uses' || edges.get(`${to}>${from}`)?.kind !== 'uses',
  );
}

/** What stands behind an entrance is often told the address that users come by (for links in mails): it does not lead there. */
function markAddresses(edges: MapEdge[], entrances: Set<string>): void {
  const next = new Map<string, string[]>();
  for (const { from, to, kind } of edges) if (kind === 'uses') next.set(from, [...(next.get(from) ?? []), to]);
  for (const edge of edges) {
    if (edge.kind !== 'uses' || !entrances.has(edge.to) || entrances.has(edge.from)) continue;
    const reached = new Set([edge.to]);
    for (const id of reached) for (const to of next.get(id) ?? []) reached.add(to);
    if (reached.has(edge.from)) edge.kind = 'may';
  }
}

function stepsOf(all: Deployed[], references: Map<string, ResourceReference[]>): Map<string, Step[]> {
  const steps = new Map<string, Step[]>();
  const add = (from: Deployed, to: Deployed, property: string): void => {
    const list = steps.get(from.id) ?? [];
    list.push({ to, property });
    steps.set(from.id, list);
  };
  for (const one of all) {
    const { ResourceType } = one.resource;
    if (roleOf(ResourceType) === 'hidden' || roleOf(ResourceType) === 'frame') continue;
    for (const { to, property } of references.get(one.id) ?? []) {
      if (isFedBy(ResourceType, property)) add(to, one, property);
      else add(one, to, property);
    }
  }
  return steps;
}

function walk(
  from: Deployed,
  steps: Map<string, Step[]>,
  found: (to: Deployed, via: string[], kind: MapEdge['kind']) => void,
): void {
  const seen = new Set([from.id]);
  let front: { at: Deployed; via: string[]; kind: MapEdge['kind'] }[] = [{ at: from, via: [], kind: 'uses' }];
  for (let length = 0; length < longestChain && front.length > 0; length += 1) {
    const next: typeof front = [];
    for (const { at, via, kind } of front) {
      for (const { to, property } of steps.get(at.id) ?? []) {
        if (to.id === from.id) continue;
        const role = roleOf(to.resource.ResourceType);
        const weak = /^AWS::IAM::/.test(to.resource.ResourceType) || isAside(at.resource.ResourceType, property);
        const nowKind = kind === 'may' || weak ? 'may' : 'uses';
        if (role === 'node') found(to, [...via, property], nowKind);
        if (role !== 'link' || seen.has(to.id)) continue;
        seen.add(to.id);
        const name = to.resource.ResourceType.split('::').at(-1) ?? '';
        next.push({ at: to, via: [...via, `${name} ${to.resource.LogicalResourceId}`], kind: nowKind });
      }
    }
    front = next;
  }
}
