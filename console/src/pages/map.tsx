import { ReactFlowProvider } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { get, useLoaded } from '../api.ts';
import { Empty, Problem } from '../empty.tsx';
import { useNews, useSettled } from '../live.ts';
import { type Architecture, type Drawing, drawn } from '../map/architecture.ts';
import { Diagram } from '../map/diagram.tsx';
import { FlowsContext } from '../map/flow-edge.tsx';
import { FlowList } from '../map/flow-list.tsx';
import { Flows } from '../map/flows.ts';
import { type Layout, layOut } from '../map/layout.ts';
import { NodePanel } from '../map/node-panel.tsx';
import { go, hrefOf, type Place } from '../router.ts';

/** The deployed architecture and what flows through it. */
export function MapPage({ place }: { place: Place }) {
  const loaded = useLoaded('map', () => get<Architecture>('map'));
  const refresh = useSettled(500, loaded.again);
  useNews('stack', refresh);
  useNews('state', refresh);
  useNews('alarm', refresh);
  useNews('fault', refresh);
  useNews('reset', refresh);
  const flows = useFlows();
  const supporting = place.query.get('supporting') === 'yes';
  const stack = place.query.get('stack') ?? '';
  const permitted = { yes: true, no: false }[place.query.get('permitted') ?? ''];
  const selected = place.query.get('node') ?? undefined;
  const known = Boolean(loaded.value);
  const shown = useMemo(
    () => loaded.value && drawn(loaded.value, { stack, supporting, permitted, seen: new Set(flows.edges) }),
    [loaded.value, stack, supporting, permitted, flows.edges],
  );
  const { laidOut, failure } = useLayout(shown);
  const show = (change: Record<string, string>): void =>
    go(hrefOf('map', [], { ...Object.fromEntries(place.query), ...change }), { replace: true });
  if (loaded.error) return <Problem error={loaded.error} />;
  if (!known || !shown) return <Empty>Looking …</Empty>;
  if (loaded.value?.nodes.length === 0)
    return (
      <Empty title="Nothing is deployed yet">
        What a deployment makes appears here, and then what flows through it.
      </Empty>
    );
  const node = shown.nodes.find(({ id }) => id === selected);
  return (
    <FlowsContext value={flows.flows}>
      <div className="map">
        <div className="map-head">
          <h1>Map</h1>
          <StackChoice
            stacks={[...new Set((loaded.value?.nodes ?? []).map((one) => one.stack))].filter(Boolean)}
            stack={stack}
            onChange={(value) => show({ stack: value, node: '' })}
          />
          <label className="check">
            <input
              type="checkbox"
              checked={supporting}
              onChange={(event) => show({ supporting: event.target.checked ? 'yes' : '' })}
            />
            Keys, certificates and other support
          </label>
          <Legend permitted={shown.permitted} onPermitted={(wanted) => show({ permitted: wanted ? 'yes' : 'no' })} />
        </div>
        <section className="map-canvas" aria-label="Architecture">
          {laidOut ? (
            <ReactFlowProvider>
              <Diagram
                architecture={laidOut.architecture}
                layout={laidOut.layout}
                selected={node?.id}
                onSelect={(id) => show({ node: id ?? '' })}
              />
            </ReactFlowProvider>
          ) : (
            (failure && <Problem error={failure} />) || <Empty>Laying out …</Empty>
          )}
        </section>
        <aside className="map-side" aria-label={node ? node.label : 'What flows now'}>
          {node ? (
            <NodePanel key={node.id} node={node} onClose={() => show({ node: '' })} />
          ) : (
            <FlowList architecture={shown} onSelect={(id) => show({ node: id })} />
          )}
        </aside>
      </div>
    </FlowsContext>
  );
}

/** Rates by edge, and the edges that traffic has shown so far. */
function useFlows(): { flows: Flows; edges: string[] } {
  const [flows] = useState(() => new Flows());
  const [edges, setEdges] = useState<string[]>([]);
  useNews('flow', (news) => flows.add(news.flows, Date.now()));
  useEffect(() => {
    flows.onNewEdge = () => setEdges([...flows.seen]);
    const timer = window.setInterval(() => flows.turn(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [flows]);
  return { flows, edges };
}

/** Laid out anew when what is drawn has another shape; a change of state alone moves nothing. */
function useLayout(shown: Drawing | undefined): {
  laidOut: { layout: Layout; architecture: Drawing } | undefined;
  failure: Error | undefined;
} {
  const narrow = useNarrow();
  const [layout, setLayout] = useState<{ key: string; layout: Layout } | undefined>(undefined);
  const [failure, setFailure] = useState<Error | undefined>(undefined);
  const key = shown ? shapeOf(shown, narrow) : '';
  const latest = useRef(shown);
  latest.current = shown;
  useEffect(() => {
    const architecture = latest.current;
    if (key === '' || !architecture) return;
    let gone = false;
    layOut(architecture, roomOf(narrow)).then(
      (made) => !gone && setLayout({ key, layout: made }),
      (error: Error) => !gone && setFailure(error),
    );
    return () => {
      gone = true;
    };
  }, [key, narrow]);
  const laidOut = useMemo(
    () => (layout && shown ? { layout: layout.layout, architecture: shown } : undefined),
    [layout, shown],
  );
  return { laidOut, failure };
}

/** Roughly, beside what else the page shows. */
function roomOf(narrow: boolean): { width: number; height: number } {
  return narrow
    ? { width: window.innerWidth, height: window.innerHeight * 0.62 }
    : { width: window.innerWidth - 580, height: window.innerHeight - 140 };
}

function shapeOf({ nodes, edges, frames }: Drawing, narrow: boolean): string {
  return JSON.stringify([nodes.map(({ id, frame }) => [id, frame]), edges.map(({ id }) => id), frames.length, narrow]);
}

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(window.innerWidth < 760);
  useEffect(() => {
    const look = (): void => setNarrow(window.innerWidth < 760);
    window.addEventListener('resize', look);
    return () => window.removeEventListener('resize', look);
  }, []);
  return narrow;
}

function StackChoice({
  stacks,
  stack,
  onChange,
}: {
  stacks: string[];
  stack: string;
  onChange: (stack: string) => void;
}) {
  if (stacks.length < 2) return null;
  return (
    <select aria-label="Stack" value={stack} onChange={(event) => onChange(event.target.value)}>
      <option value="">All stacks</option>
      {stacks.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}

function Legend({ permitted, onPermitted }: { permitted: boolean; onPermitted: (wanted: boolean) => void }) {
  return (
    <ul className="legend" aria-label="Legend">
      <li>
        <i className="line line-flowing" /> traffic
      </li>
      <li>
        <i className="line" /> configured
      </li>
      <li>
        <label className="check" title="What policies permit, addresses that are known, and where records are kept">
          <input type="checkbox" checked={permitted} onChange={(event) => onPermitted(event.target.checked)} />
          <i className="line line-may" /> permitted
        </label>
      </li>
    </ul>
  );
}
