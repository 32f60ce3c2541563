import elkApi, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import type { Drawing, MapEdge, MapNode } from './architecture.ts';
import { type Cluster, clustersOf } from './clusters.ts';

export interface Placed {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  width: number;
  height: number;
  places: Map<string, Placed>;
  routes: Map<string, Point[]>;
}

export interface Point {
  x: number;
  y: number;
}

export const nodeSize = { width: 208, height: 62 };

const options = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '76',
  'elk.layered.spacing.edgeNodeBetweenLayers': '26',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '14',
  'elk.spacing.nodeNode': '34',
  'elk.spacing.edgeNode': '22',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.componentComponent': '40',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.favorStraightEdges': 'true',
  'elk.padding': '[top=46,left=22,bottom=22,right=22]',
};

/** With more nodes the whole is seen from far, where the names of frames are drawn larger and need their room. */
const readNear = 16;
const farPadding = '[top=72,left=40,bottom=24,right=40]';

const packing = {
  'elk.algorithm': 'rectpacking',
  'elk.spacing.nodeNode': '44',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
};
const { 'elk.padding': _, ...layers } = options;

/** Its types are those of CommonJS; the build gives what it exports by default. */
const ELK = elkApi as unknown as typeof elkApi.default;
let elk: InstanceType<typeof ELK> | undefined;

/**
 * Where everything stands and how the edges run, worked out beside the page in a worker: to the right or downwards, whichever
 * can be shown larger in the room there is.
 */
export async function layOut(architecture: Drawing, room: { width: number; height: number }): Promise<Layout> {
  elk ??= new ELK({ workerFactory: () => new Worker(workerUrl) });
  const engine = elk;
  const scale = ({ width, height }: Layout): number => Math.min(room.width / width, room.height / height);
  const inDirection = async (direction: 'RIGHT' | 'DOWN'): Promise<Layout> =>
    placed(await engine.layout(graphOf(architecture, { direction, aspectRatio: room.width / room.height })));
  const across = await inDirection('RIGHT');
  if (scale(across) > 0.8) return across;
  const down = await inDirection('DOWN');
  // Readers follow lines to the right more easily; downwards must be worth it.
  return scale(down) > scale(across) * 1.15 ? down : across;
}

interface Wish {
  direction: 'RIGHT' | 'DOWN';
  /** Width over height of the room. */
  aspectRatio: number;
}

function graphOf(architecture: Drawing, wish: Wish): ElkNode {
  const clusters = clustersOf(architecture);
  const ofFrame = architecture.nodes.length > readNear ? { ...options, 'elk.padding': farPadding } : options;
  const apart = new Set([...clusters.values()].flat().flatMap(({ nodes }) => nodes));
  const apartIds = new Set([...apart].map(({ id }) => id));
  const childrenOf = (frame: string | undefined): ElkNode[] => [
    ...architecture.frames
      .filter(({ parent }) => parent === frame)
      .map(({ id }): ElkNode => ({ id, layoutOptions: ofFrame, children: childrenOf(id) })),
    ...architecture.nodes.filter((node) => node.frame === frame && !apart.has(node)).map(cardOf),
    ...packOf(frame, clusters.get(frame ?? ''), wish),
  ];
  return {
    id: 'root',
    layoutOptions: { ...options, 'elk.direction': wish.direction },
    children: childrenOf(undefined),
    edges: architecture.edges.filter(({ from }) => !apartIds.has(from)).map(lineOf),
  };
}

/** Clusters side by side in about the shape of the room, each laid out by itself. */
function packOf(
  frame: string | undefined,
  clusters: Cluster[] | undefined,
  { direction, aspectRatio }: Wish,
): ElkNode[] {
  if (!clusters) return [];
  const children = clusters.map(
    ({ nodes, edges }, index): ElkNode =>
      nodes.length === 1 && nodes[0]
        ? cardOf(nodes[0])
        : {
            id: `${frame}/cluster ${index}`,
            layoutOptions: { ...layers, 'elk.padding': packing['elk.padding'], 'elk.direction': direction },
            children: nodes.map(cardOf),
            edges: edges.map(lineOf),
          },
  );
  const layoutOptions = {
    ...packing,
    'elk.hierarchyHandling': 'SEPARATE_CHILDREN',
    'elk.aspectRatio': String(aspectRatio),
  };
  return [{ id: `${frame}/clusters`, layoutOptions, children }];
}

function cardOf({ id }: MapNode): ElkNode {
  return { id, ...(id === 'users' ? { width: 124, height: 58 } : nodeSize) };
}

function lineOf({ id, from, to }: MapEdge): ElkExtendedEdge {
  return { id, sources: [from], targets: [to] };
}

function placed(graph: ElkNode): Layout {
  const layout: Layout = { width: graph.width ?? 1, height: graph.height ?? 1, places: new Map(), routes: new Map() };
  collect(graph, layout);
  return layout;
}

function collect(node: ElkNode, layout: Layout): void {
  for (const child of node.children ?? []) {
    const { id, x = 0, y = 0, width = 0, height = 0 } = child;
    layout.places.set(id, { x, y, width, height });
    collect(child, layout);
  }
  for (const edge of node.edges ?? []) {
    const [section] = edge.sections ?? [];
    if (section) layout.routes.set(edge.id, [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]);
  }
}
