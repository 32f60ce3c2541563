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
import { nodeTones } from './node-cards.tsx';
import { NodeRequests } from './node-requests.tsx';

interface Resource {
  status: string;
  properties: Record<string, unknown>;
  attributes: Record<string, unknown>;
}

const tabs = ['Configuration', 'Fidelity', 'Requests'] as const;
type Tab = (typeof tabs)[number];

/** Everything about one node of the map. */
export function NodePanel({ node, onClose }: { node: MapNode; onClose: () => void }) {
  const fromTemplate = node.logicalId !== '';
  const [tab, setTab] = useState<Tab>(fromTemplate ? 'Configuration' : 'Requests');
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
          .filter((name) => fromTemplate || name === 'Requests')
          .map((name) => (
            <button key={name} type="button" role="tab" aria-selected={tab === name} onClick={() => setTab(name)}>
              {name}
            </button>
          ))}
      </div>
      <div role="tabpanel" aria-label={tab}>
        {tab === 'Configuration' && <Configuration node={node} />}
        {tab === 'Fidelity' && <Fidelity node={node} />}
        {tab === 'Requests' && <NodeRequests node={node} />}
      </div>
    </>
  );
}

function Configuration({ node }: { node: MapNode }) {
  const resource = useLoaded(`resource ${node.id}`, () => get<Resource>(`resource?id=${encodeURIComponent(node.id)}`));
  if (resource.error) return <Problem error={resource.error} />;
  if (!resource.value) return null;
  return (
    <>
      <Structure value={resource.value.properties} label="Properties" />
      <h3 className="panel-sub">Attributes</h3>
      <Structure value={resource.value.attributes} label="Attributes" />
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
