import type {
  Architecture,
  MapEdge as DeployedEdge,
  MapNode as DeployedNode,
} from '../../../runtime/control-plane/console/map/architecture.ts';
import type { Frame } from '../../../runtime/control-plane/console/map/frames.ts';

export type { Architecture, Frame };

/** The users stand outside of every frame. */
export type MapNode = Omit<DeployedNode, 'frame'> & { frame?: string };

/** `seen`: only traffic has shown it. */
export type MapEdge = Omit<DeployedEdge, 'kind'> & { kind: DeployedEdge['kind'] | 'seen' };

/** What the diagram shows of an architecture, with its users and its traffic. */
export interface Drawing {
  /** Whether what only policies permit is drawn. */
  permitted: boolean;
  frames: Frame[];
  nodes: MapNode[];
  edges: MapEdge[];
}

export const usersNode: MapNode = {
  id: 'users',
  stack: '',
  region: '',
  logicalId: '',
  type: 'Users',
  physicalId: '',
  label: 'Users',
  state: 'healthy',
  reason: '',
  alarms: [],
  faults: [],
  supporting: false,
  entrance: false,
};

/** More than so many nodes are clearer without the lines of what policies alone permit. */
const fewNodes = 20;

interface Wanted {
  /** Empty: all. */
  stack: string;
  supporting: boolean;
  /** Also what only policies permit; undefined: where the map is small. */
  permitted: boolean | undefined;
  /** Edges that traffic has shown. */
  seen: ReadonlySet<string>;
}

/** What is drawn: the users, what the templates deploy (what supports it only when asked for), and what traffic has shown. */
export function drawn(architecture: Architecture, { stack, supporting, permitted, seen }: Wanted): Drawing {
  const nodes = architecture.nodes.filter(
    (node) => (supporting || !node.supporting) && (stack === '' || node.stack === stack),
  );
  const ids = new Set([...nodes.map(({ id }) => id), usersNode.id]);
  const entrances = entrancesOf(nodes, architecture.edges);
  const known = new Map<string, MapEdge>();
  const all = permitted ?? nodes.length <= fewNodes;
  for (const edge of architecture.edges)
    if (ids.has(edge.from) && ids.has(edge.to) && (all || edge.kind === 'uses' || seen.has(edge.id)))
      known.set(edge.id, edge);
  for (const to of entrances) known.set(`users>${to}`, { id: `users>${to}`, from: 'users', to, kind: 'uses', via: [] });
  for (const id of seen) {
    const [from = '', to = ''] = id.split('>');
    if (!known.has(id) && ids.has(from) && ids.has(to)) known.set(id, { id, from, to, kind: 'seen', via: ['traffic'] });
  }
  const edges = [...known.values()];
  const used = new Set<string>();
  for (const { frame } of nodes)
    for (
      let id: string | undefined = frame;
      id !== undefined;
      id = architecture.frames.find((one) => one.id === id)?.parent
    )
      used.add(id);
  const withUsers = edges.some(({ from }) => from === usersNode.id) ? [usersNode, ...nodes] : nodes;
  return { permitted: all, nodes: withUsers, edges, frames: architecture.frames.filter(({ id }) => used.has(id)) };
}

/** Where users come in: what is made to be reached from outside, and is not behind anything else. */
function entrancesOf(nodes: DeployedNode[], edges: DeployedEdge[]): string[] {
  const behind = new Set(edges.filter(({ kind }) => kind === 'uses').map(({ to }) => to));
  return nodes.filter(({ id, entrance }) => entrance && !behind.has(id)).map(({ id }) => id);
}
