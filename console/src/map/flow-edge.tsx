import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { createContext, useContext, useSyncExternalStore } from 'react';
import { duration, rate } from '../format.ts';
import type { MapEdge } from './architecture.ts';
import { Flows } from './flows.ts';
import type { Point } from './layout.ts';

export const FlowsContext = createContext(new Flows());
export type FlowEdge = Edge<{ edge: MapEdge; route: Point[]; focus: 'none' | 'near' | 'far' }, 'flow'>;

/** An edge as it was laid out; what flows on it as its width, its movement, and in figures. */
function FlowLine({ id, data, markerEnd }: EdgeProps<FlowEdge>) {
  const flows = useContext(FlowsContext);
  const now = useSyncExternalStore(flows.watch, () => flows.rate(id));
  if (!data) return null;
  const { edge, route, focus } = data;
  const failing = (now?.failing ?? 0) > 0;
  const kind = now ? (failing ? 'failing' : 'flowing') : edge.kind;
  const at = middleOf(route);
  return (
    <>
      <BaseEdge
        id={id}
        path={pathOf(route)}
        {...(markerEnd === undefined ? {} : { markerEnd })}
        className={`edge edge-${kind} focus-${focus}`}
        style={now ? { strokeWidth: 1.6 + Math.min(5, Math.log10(1 + now.perSecond) * 2.2) } : {}}
      />
      {now && (
        <EdgeLabelRenderer>
          <div
            className={`edge-label${failing ? ' edge-label-failing' : ''} focus-${focus}`}
            style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` }}
          >
            <strong>{rate(now.perSecond)}</strong> {duration(now.meanMs)}
            {failing && <em>✕ {Math.max(1, Math.round(now.failing * 100))}%</em>}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

/** Corners are rounded by at most eight units. */
function pathOf(route: Point[]): string {
  const [first, ...rest] = route;
  if (!first) return '';
  let path = `M${first.x},${first.y}`;
  rest.forEach((point, index) => {
    const before = index === 0 ? first : (rest[index - 1] ?? first);
    const after = rest[index + 1];
    if (!after) {
      path += `L${point.x},${point.y}`;
      return;
    }
    const enter = towards(point, before);
    const leave = towards(point, after);
    path += `L${enter.x},${enter.y}Q${point.x},${point.y} ${leave.x},${leave.y}`;
  });
  return path;
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length === 0 ? 0 : Math.min(8, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** The middle of the longest piece, where a label covers the least. */
function middleOf(route: Point[]): Point {
  let best = { length: -1, x: 0, y: 0 };
  route.slice(1).forEach((to, index) => {
    const from = route[index] ?? to;
    // A label lies along a horizontal piece, not across a vertical one.
    const length = Math.hypot(to.x - from.x, (to.y - from.y) / 4);
    if (length > best.length) best = { length, x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  });
  return best;
}

export const edgeTypes = { flow: FlowLine };
