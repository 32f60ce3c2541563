import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { Fragment, type ReactNode } from 'react';
import { typeName } from '../format.ts';
import { Icon, iconOf } from '../icons.tsx';
import { StatusMark, type Tone } from '../status.tsx';
import type { Frame, MapNode } from './architecture.ts';

export type ResourceNode = Node<{ node: MapNode; focus: 'none' | 'near' | 'far' }, 'resource'>;
export type FrameNode = Node<{ frame: Frame }, 'frame'>;

export const nodeTones: Record<MapNode['state'], Tone> = {
  healthy: 'good',
  starting: 'busy',
  impaired: 'warn',
  dead: 'bad',
};

function ResourceCard({ data: { node, focus }, selected }: NodeProps<ResourceNode>) {
  const tone = nodeTones[node.state];
  return (
    <div
      className={`node node-${node.state} focus-${focus}${node.faults.length > 0 ? ' node-struck' : ''}${selected ? ' node-selected' : ''}`}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <span className="node-icon">
        <Icon name={node.id === 'users' ? 'users' : iconOf(node.type)} />
      </span>
      <span className="node-text">
        <strong title={node.label} className={shortened(node).length > 16 ? 'long-name' : ''}>
          {breakable(shortened(node))}
        </strong>
        {node.id !== 'users' && <span>{typeName(node.type)}</span>}
      </span>
      {node.state !== 'healthy' && (
        <span className="node-state">
          {node.faults.length > 0 ? (
            <Struck faults={node.faults} />
          ) : (
            <StatusMark tone={tone} title={node.reason}>
              {node.alarms.length > 0 ? 'alarm' : node.state}
            </StatusMark>
          )}
        </span>
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

/** An experiment acts on it: a bolt, the word, and which. */
function Struck({ faults }: { faults: string[] }) {
  return (
    <span className="struck" title={faults.join('; ')}>
      <Icon name="bolt" />
      fault
    </span>
  );
}

/** The type is written below: its noun need not end a name that is long already. */
function shortened({ label, type }: MapNode): string {
  const noun = type.split('::').at(-1) ?? '';
  return label.length > 16 && noun !== '' && label.endsWith(noun) ? label.slice(0, -noun.length) || label : label;
}

/** Long names break between their words, which begin with capitals. */
function breakable(name: string): ReactNode {
  return name.split(/(?<=[a-z0-9])(?=[A-Z])/).map((word, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: words of a name do not move
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {word}
    </Fragment>
  ));
}

const frameNames: Record<Frame['kind'], string> = {
  global: '',
  region: 'Region',
  vpc: '',
  zone: 'Zone',
  subnet: 'Subnet',
};

function FrameCard({ data: { frame } }: NodeProps<FrameNode>) {
  return (
    <div className={`frame frame-${frame.kind}${frame.faults?.length ? ' frame-struck' : ''}`}>
      <span>
        {frameNames[frame.kind]} <strong>{frame.label}</strong>
      </span>
      {(frame.faults ?? []).length > 0 && <Struck faults={frame.faults ?? []} />}
    </div>
  );
}

export const nodeTypes = { resource: ResourceCard, frame: FrameCard };
