import { useState } from 'react';
import { get, useLoaded } from '../api.ts';
import { type Fidelities, FidelityList } from '../deployments/resources.tsx';
import { Problem } from '../empty.tsx';
import { typeName } from '../format.ts';
import { Icon, iconOf } from '../icons.tsx';
import { Link } from '../link.tsx';
import { hrefOf } from '../router.ts';
import { StatusMark } from '../status.tsx';
import { Structure } from '../structure.tsx';
import type { MapNode } from './architecture.ts';
import { described } from './described.ts';
import { hasActions, NodeActions } from './node-actions.tsx';
import { nodeTones } from './node-cards.tsx';
import { NodeLogs } from './node-logs.tsx';
import { NodeMetrics } from './node-metrics.tsx';
import { readResource } from './node-names.ts';
import { NodeRequests } from './node-requests.tsx';

const tabs = ['Configuration', 'Fidelity', 'Metrics', 'Logs', 'Requests', 'Actions'] as const;
type Tab = (typeof tabs)[number];

/** Everything about one node of the map. */
export function NodePanel({ node, onClose }: { node: MapNode; onClose: () => void }) {
  const fromTemplate = node.logicalId !== '';
  const [tab, setTab] = useState<Tab>('Configuration');
  return (
    <>
      <header className="panel-head">
        <Icon name={iconOf(node.type)} />
        <div>
          <h2 className="panel-title">{node.label}</h2>
          <p className="dim">{typeName(node.type)}</p>
        </div>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="panel-state">
        <StatusMark tone={nodeTones[node.state]}>{node.state}</StatusMark>
        {node.reason && <span className="dim">{node.reason}</span>}
      </div>
      <p className="panel-id">
        <code>{node.physicalId}</code>
      </p>
      {node.stack && (
        <p className="dim small">
          {fromTemplate ? <code>{node.logicalId}</code> : 'Started by a group'} in{' '}
          <Link href={hrefOf('deployments', [node.stack])}>{node.stack}</Link>, {node.region}
        </p>
      )}
      <div className="tabs" role="tablist" aria-label="About this node">
        {tabs
          .filter((name) => (name === 'Fidelity' ? fromTemplate : name !== 'Actions' || hasActions(node)))
          .map((name) => (
            <button key={name} type="button" role="tab" aria-selected={tab === name} onClick={() => setTab(name)}>
              {name}
            </button>
          ))}
      </div>
      <div role="tabpanel" aria-label={tab}>
        {tab === 'Configuration' && <Configuration node={node} />}
        {tab === 'Fidelity' && <Fidelity node={node} />}
        {tab === 'Metrics' && <NodeMetrics node={node} />}
        {tab === 'Logs' && <NodeLogs node={node} />}
        {tab === 'Requests' && <NodeRequests node={node} />}
        {tab === 'Actions' && <NodeActions node={node} />}
      </div>
    </>
  );
}

function Configuration({ node }: { node: MapNode }) {
  const now = useLoaded(`described ${node.id}`, () => described(node));
  const resource = useLoaded(`resource ${node.id}`, () => readResource(node));
  if (resource.error) return <Problem error={resource.error} />;
  const kept = resource.value;
  return (
    <>
      {now.error && <p role="alert">{now.error.message}</p>}
      {now.value !== undefined && (
        <>
          <h3 className="panel-sub">As AWS describes it</h3>
          <Structure value={now.value} label="Description" />
        </>
      )}
      {kept && (
        <>
          <h3 className="panel-sub">From the template</h3>
          <Structure value={kept.properties} label="Properties" />
          <h3 className="panel-sub">Attributes</h3>
          <Structure value={kept.attributes} label="Attributes" />
        </>
      )}
    </>
  );
}

function Fidelity({ node }: { node: MapNode }) {
  const fidelity = useLoaded(`fidelity ${node.stack}`, () => get<Fidelities>('fidelity'));
  const mine = fidelity.value?.[node.stack]?.resources.find(({ logicalId }) => logicalId === node.logicalId);
  if (fidelity.error) return <Problem error={fidelity.error} />;
  if (!mine) return null;
  if (mine.properties.length === 0) return <p className="dim">Its template gives it no properties.</p>;
  return <FidelityList properties={mine.properties} />;
}
