import elkApi, { type ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import type { Drawing } from './architecture.ts';

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

/** Its types are those of CommonJS; the build gives what it exports by default. */
const ELK = elkApi as unknown as typeof elkApi.default;
let elk: InstanceType<typeof ELK> | undefined;

/**
 * Where everything stands and how the edges run, worked out beside the page in a worker: to the right or downwards, whichever
 * can be shown larger in the room there is.
 */
export async function layOut(architecture: Drawing, room: { width: number; height: number }): Promise<Layout> {
  elk ??= new ELK({ workerFactory: () => new Worker(workerUrl) });
  const scale = ({ width, height }: Layout): number => Math.min(room.width / width, room.height / height);
  const across = await inDirection(elk, architecture, 'RIGHT');
  if (scale(across) > 0.8) return across;
  const down = await inDirection(elk, architecture, 'DOWN');
  // Readers follow lines to the right more easily; downwards must be worth it.
  return scale(down) > scale(across) * 1.15 ? down : across;
}

async function inDirection(
  elk: InstanceType<typeof ELK>,
  architecture: Drawing,
  direction: 'RIGHT' | 'DOWN',
): Promise<Layout> {
  const graph: ElkNode = await elk.layout({
    id: 'root',
    layoutOptions: { ...options, 'elk.direction': direction },
    children: childrenOf(undefined, architecture),
    edges: architecture.edges.map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
  });
  const layout: Layout = { width: graph.width ?? 1, height: graph.height ?? 1, places: new Map(), routes: new Map() };
  collect(graph, layout);
  return layout;
}

function childrenOf(frame: string | undefined, architecture: Drawing): ElkNode[] {
  const frames = architecture.frames
    .filter(({ parent }) => parent === frame)
    .map(
      ({ id }): ElkNode => ({
        id,
        layoutOptions: options,
        children: childrenOf(id, architecture),
      }),
    );
  const nodes = architecture.nodes
    .filter((node) => node.frame === frame)
    .map(({ id }): ElkNode => ({ id, ...(id === 'users' ? { width: 124, height: 58 } : nodeSize) }));
  return [...frames, ...nodes];
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
