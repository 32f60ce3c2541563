import type { Drawing, MapEdge, MapNode } from './architecture.ts';

/** Nodes of one frame that are joined to one another and to nothing outside of it. */
export interface Cluster {
  nodes: MapNode[];
  edges: MapEdge[];
}

/** Fewer stand as well where the lines leave room. */
const worthPacking = 4;

/** By frame, the largest first: what can be laid out by itself and packed, where layers alone would make one long column. */
export function clustersOf({ nodes, edges }: Drawing): Map<string, Cluster[]> {
  const byFrame = new Map<string, Cluster[]>();
  for (const cluster of joined(nodes, edges)) {
    const [first] = cluster.nodes;
    if (first?.frame === undefined || cluster.nodes.some(({ frame }) => frame !== first.frame)) continue;
    byFrame.set(first.frame, [...(byFrame.get(first.frame) ?? []), cluster]);
  }
  for (const [frame, clusters] of byFrame) {
    if (clusters.length < worthPacking) byFrame.delete(frame);
    else clusters.sort((a, b) => b.nodes.length - a.nodes.length);
  }
  return byFrame;
}

function joined(nodes: MapNode[], edges: MapEdge[]): Cluster[] {
  const clusterOf = new Map<string, Cluster>(nodes.map((node) => [node.id, { nodes: [node], edges: [] }]));
  for (const edge of edges) {
    const one = clusterOf.get(edge.from);
    const other = clusterOf.get(edge.to);
    if (!one || !other) continue;
    one.edges.push(edge);
    if (one === other) continue;
    one.nodes.push(...other.nodes);
    one.edges.push(...other.edges);
    for (const { id } of other.nodes) clusterOf.set(id, one);
  }
  return [...new Set(clusterOf.values())];
}
