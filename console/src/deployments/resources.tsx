import { useState } from 'react';
import { typeName } from '../format.ts';
import { Icon, iconOf } from '../icons.tsx';
import { StackStatus } from '../status.tsx';
import type { StackResource } from './stack.ts';

export type Fidelities = Record<string, { resources: ResourceFidelity[] }>;

export interface ResourceFidelity {
  logicalId: string;
  properties: { path: string; fidelity: 'executed' | 'stored' | 'refused'; reason?: string }[];
}

const shownAtFirst = 60;

export function Resources({ resources, fidelities }: { resources: StackResource[]; fidelities: ResourceFidelity[] }) {
  const [filter, setFilter] = useState('');
  const [all, setAll] = useState(false);
  const wanted = filter.toLowerCase();
  const found = resources.filter(({ LogicalResourceId, ResourceType, PhysicalResourceId = '', ResourceStatus }) =>
    `${LogicalResourceId} ${ResourceType} ${PhysicalResourceId} ${ResourceStatus}`.toLowerCase().includes(wanted),
  );
  const shown = all ? found : found.slice(0, shownAtFirst);
  return (
    <section className="card">
      <header className="card-head">
        <h2>
          Resources <span className="count">{resources.length}</span>
        </h2>
        <input
          type="search"
          placeholder="Filter by name, type or state"
          aria-label="Filter resources"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </header>
      <ul className="rows">
        {shown.map((resource) => (
          <ResourceRow
            key={resource.LogicalResourceId}
            resource={resource}
            fidelity={fidelities.find(({ logicalId }) => logicalId === resource.LogicalResourceId)}
          />
        ))}
      </ul>
      {found.length > shown.length && (
        <button type="button" className="more" onClick={() => setAll(true)}>
          Show all {found.length}
        </button>
      )}
    </section>
  );
}

function ResourceRow({ resource, fidelity }: { resource: StackResource; fidelity: ResourceFidelity | undefined }) {
  const [open, setOpen] = useState(false);
  const { LogicalResourceId, ResourceType, PhysicalResourceId = '', ResourceStatus, ResourceStatusReason } = resource;
  const properties = fidelity?.properties ?? [];
  const stored = properties.filter((property) => property.fidelity !== 'executed');
  const executed = properties.length - stored.length;
  return (
    <li className="row">
      <Icon name={iconOf(ResourceType)} />
      <div className="row-name">
        <strong>{LogicalResourceId}</strong>
        <span className="dim">{typeName(ResourceType)}</span>
      </div>
      <code className="row-id" title={PhysicalResourceId}>
        {PhysicalResourceId}
      </code>
      {properties.length > 0 ? (
        <button type="button" className="fidelity" aria-expanded={open} onClick={() => setOpen(!open)}>
          {stored.length === 0 ? `all ${executed} executed` : `${executed} executed, ${stored.length} stored`}
        </button>
      ) : (
        <span />
      )}
      <StackStatus status={ResourceStatus} />
      {ResourceStatusReason && /FAILED/.test(ResourceStatus) && <p className="row-more">{ResourceStatusReason}</p>}
      {open && (
        <div className="row-more">
          <FidelityList properties={properties} />
        </div>
      )}
    </li>
  );
}

/** What becomes of each property, in words. */
export function FidelityList({ properties }: { properties: ResourceFidelity['properties'] }) {
  return (
    <ul className="fidelities">
      {properties.map(({ path, fidelity, reason }) => (
        <li key={path} className={`fidelity-${fidelity}`}>
          <code>{path}</code> <span>{fidelity === 'stored' ? 'stored, without effect here' : fidelity}</span>
          {reason && <span className="dim"> {reason}</span>}
        </li>
      ))}
    </ul>
  );
}
