import { useContext, useSyncExternalStore } from 'react';
import { duration, rate } from '../format.ts';
import { StatusMark } from '../status.tsx';
import type { Drawing } from './architecture.ts';
import { FlowsContext } from './flow-edge.tsx';
import { nodeTones } from './node-cards.tsx';

const listed = 40;

/** The map in words: what flows now, the busiest first, and what is not well. */
export function FlowList({ architecture, onSelect }: { architecture: Drawing; onSelect: (id: string) => void }) {
  const flows = useContext(FlowsContext);
  const rates = useSyncExternalStore(flows.watch, flows.all);
  const names = new Map(architecture.nodes.map(({ id, label }) => [id, label]));
  const busiest = architecture.edges
    .flatMap((edge) => {
      const now = rates.get(edge.id);
      return now ? [{ edge, now }] : [];
    })
    .sort((a, b) => b.now.perSecond - a.now.perSecond);
  const unwell = architecture.nodes.filter(({ state }) => state !== 'healthy');
  return (
    <>
      {unwell.length > 0 && (
        <section>
          <h2>Not well</h2>
          <ul className="unwell">
            {unwell.map((node) => (
              <li key={node.id}>
                <button type="button" className="plain" onClick={() => onSelect(node.id)}>
                  {node.label}
                </button>
                <StatusMark tone={nodeTones[node.state]}>{node.state}</StatusMark>
                {node.reason && <p className="dim">{node.reason}</p>}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>Flowing now</h2>
        {busiest.length === 0 ? (
          <p className="dim">
            Nothing in the last five seconds. Requests at the sites’ addresses and by the API are counted hop by hop.
          </p>
        ) : (
          <ul className="flows">
            {busiest.slice(0, listed).map(({ edge, now }) => (
              <li key={edge.id}>
                <span>
                  {names.get(edge.from)} <span aria-hidden="true">→</span> <span className="unseen">to</span>{' '}
                  {names.get(edge.to)}
                </span>
                <span className="figures">
                  <strong>{rate(now.perSecond)}</strong> {duration(now.meanMs)}
                  {now.failing > 0 && <em>✕ {Math.max(1, Math.round(now.failing * 100))}%</em>}
                </span>
              </li>
            ))}
          </ul>
        )}
        {busiest.length > listed && (
          <p className="dim small">
            The busiest {listed} of {busiest.length}.
          </p>
        )}
      </section>
      <p className="dim small">
        Choose a node to see how it is configured, what of that is executed, and its requests.
      </p>
    </>
  );
}
