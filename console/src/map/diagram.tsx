import { Background, BackgroundVariant, Controls, MarkerType, ReactFlow, useReactFlow } from '@xyflow/react';
import { useEffect, useMemo, useState } from 'react';
import type { Drawing } from './architecture.ts';
import { edgeTypes, type FlowEdge } from './flow-edge.tsx';
import type { Layout } from './layout.ts';
import { type FrameNode, nodeTypes, type ResourceNode } from './node-cards.tsx';

interface Shown {
  architecture: Drawing;
  layout: Layout;
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
}

/** Below it the names alone can be read, and are written larger. */
const farZoom = 0.5;

export function Diagram({ architecture, layout, selected, onSelect }: Shown) {
  const [far, setFar] = useState(false);
  const near = useMemo(() => nearTo(architecture, selected), [architecture, selected]);
  const nodes = useMemo(
    () => nodesOf({ architecture, layout, selected, near }),
    [architecture, layout, selected, near],
  );
  const edges = useMemo(() => edgesOf({ architecture, layout, selected }), [architecture, layout, selected]);
  return (
    <ReactFlow
      className={far ? 'seen-from-far' : ''}
      onViewportChange={({ zoom }) => setFar(zoom < farZoom)}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodeClick={(_, node) => node.type === 'resource' && node.id !== 'users' && onSelect(node.id)}
      onPaneClick={() => onSelect(undefined)}
      onKeyDown={(event) => {
        const id = (event.target as HTMLElement).closest<HTMLElement>('.react-flow__node')?.dataset.id;
        if ((event.key === 'Enter' || event.key === ' ') && id !== undefined && id !== 'users') onSelect(id);
        if (event.key === 'Escape') onSelect(undefined);
      }}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      elementsSelectable
      disableKeyboardA11y
      onlyRenderVisibleElements={architecture.nodes.length > 120}
      fitView
      fitViewOptions={{ padding: 0.06 }}
      minZoom={0.08}
      maxZoom={1.6}
    >
      <Background variant={BackgroundVariant.Dots} gap={22} size={1.2} />
      <Controls showInteractive={false} />
      <FitWhenLaidOut layout={layout} />
    </ReactFlow>
  );
}

function FitWhenLaidOut({ layout }: { layout: Layout }) {
  const { fitView } = useReactFlow();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new layout is what it waits for
  useEffect(() => {
    const frame = window.requestAnimationFrame(() => void fitView({ padding: 0.06 }));
    return () => window.cancelAnimationFrame(frame);
  }, [layout, fitView]);
  return null;
}

function nearTo({ edges }: Drawing, selected: string | undefined): Set<string> | undefined {
  if (selected === undefined) return undefined;
  const near = new Set([selected]);
  for (const { from, to } of edges) {
    if (from === selected) near.add(to);
    if (to === selected) near.add(from);
  }
  return near;
}

function nodesOf({
  architecture,
  layout,
  selected,
  near,
}: Pick<Shown, 'architecture' | 'layout' | 'selected'> & { near: Set<string> | undefined }): (
  | ResourceNode
  | FrameNode
)[] {
  const frames = architecture.frames.flatMap((frame): FrameNode[] => {
    const place = layout.places.get(frame.id);
    if (!place) return [];
    return [
      {
        id: frame.id,
        type: 'frame',
        position: place,
        width: place.width,
        height: place.height,
        data: { frame },
        style: { pointerEvents: 'none' },
        selectable: false,
        focusable: false,
        zIndex: -1,
      },
    ];
  });
  const cards = architecture.nodes.flatMap((node): ResourceNode[] => {
    const place = layout.places.get(node.id);
    if (!place) return [];
    return [
      {
        id: node.id,
        type: 'resource',
        position: place,
        width: place.width,
        height: place.height,
        data: { node, focus: near === undefined ? 'none' : near.has(node.id) ? 'near' : 'far' },
        selected: node.id === selected,
        focusable: node.id !== 'users',
        ariaLabel: [node.label, node.type, node.state, ...node.faults.map((fault) => `fault: ${fault}`)].join(', '),
      },
    ];
  });
  return [...frames, ...cards];
}

function edgesOf({ architecture, layout, selected }: Pick<Shown, 'architecture' | 'layout' | 'selected'>): FlowEdge[] {
  return architecture.edges.flatMap((edge): FlowEdge[] => {
    const route = layout.routes.get(edge.id);
    if (!route) return [];
    const near = edge.from === selected || edge.to === selected;
    return [
      {
        id: edge.id,
        type: 'flow',
        source: edge.from,
        target: edge.to,
        selectable: false,
        markerEnd: {
          type: MarkerType.ArrowClosed,
          markerUnits: 'userSpaceOnUse',
          width: 16,
          height: 16,
          color: 'var(--line-strong)',
        },
        data: { edge, route, focus: selected === undefined ? 'none' : near ? 'near' : 'far' },
      },
    ];
  });
}
