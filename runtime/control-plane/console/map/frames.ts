import type { ResourceRecord } from '../../../engines/cloudformation/stacks/records.ts';
import type { MapNode } from './architecture.ts';
import type { ResourceReference } from './references.ts';
import type { Deployed } from './resource-index.ts';
import { isGlobal } from './resource-roles.ts';

export interface Frame {
  id: string;
  kind: 'global' | 'region' | 'vpc' | 'zone' | 'subnet';
  label: string;
  parent: string | undefined;
  /** What experiments do to it now. */
  faults?: string[];
}

/** Where things stand: everywhere, or in a region; there in a network, a zone of it, a subnet. */
export class FrameTree {
  readonly #frames = new Map<string, Frame>();
  readonly #subnets = new Map<string, string>();
  readonly #references: Map<string, ResourceReference[]>;

  constructor(all: Deployed[], references: Map<string, ResourceReference[]>) {
    this.#references = references;
    this.#frames.set('global', { id: 'global', kind: 'global', label: 'Edge, everywhere', parent: undefined });
    for (const { stack } of all) this.#region(stack.region);
    for (const one of all) if (one.resource.ResourceType === 'AWS::EC2::VPC') this.#addVpc(one);
    for (const one of all) if (one.resource.ResourceType === 'AWS::EC2::Subnet') this.#addSubnet(one);
  }

  frameOf(one: Deployed): string {
    const { resource, stack } = one;
    if (isGlobal(resource.ResourceType, resource.properties)) return 'global';
    const subnets = this.#subnetsOf(one, 3);
    if (subnets.size === 1) return [...subnets][0] ?? '';
    const [first] = subnets;
    if (first !== undefined) return this.#vpcAbove(first);
    for (const { to } of this.#references.get(one.id) ?? [])
      if (to.resource.ResourceType === 'AWS::EC2::VPC') return to.id;
    return this.#region(stack.region);
  }

  frameOfSubnet(subnetId: string, region: string): string {
    return this.#subnets.get(subnetId) ?? this.#region(region);
  }

  /** Without frames that hold nothing. */
  used(nodes: MapNode[]): Frame[] {
    const used = new Set<string>();
    for (const { frame, supporting } of nodes) {
      if (supporting) continue;
      for (let id: string | undefined = frame; id !== undefined; id = this.#frames.get(id)?.parent) used.add(id);
    }
    // What is shown only when asked for must have its frame too.
    for (const { frame } of nodes) {
      for (let id: string | undefined = frame; id !== undefined; id = this.#frames.get(id)?.parent) used.add(id);
    }
    return [...this.#frames.values()].filter(({ id }) => used.has(id));
  }

  /** Of a database through its cluster and their subnet group, of a function by its VpcConfig. */
  #subnetsOf(one: Deployed, depth: number): Set<string> {
    const found = new Set<string>();
    for (const { to } of this.#references.get(one.id) ?? []) {
      if (to.resource.ResourceType === 'AWS::EC2::Subnet') found.add(to.id);
      else if (depth > 1 && /^AWS::RDS::DB(SubnetGroup|Cluster)$/.test(to.resource.ResourceType))
        for (const subnet of this.#subnetsOf(to, depth - 1)) found.add(subnet);
    }
    return found;
  }

  #region(region: string): string {
    const id = `region/${region}`;
    if (!this.#frames.has(id)) this.#frames.set(id, { id, kind: 'region', label: region, parent: undefined });
    return id;
  }

  #addVpc({ id, resource, stack }: Deployed): void {
    const label = `VPC ${text(resource.properties.CidrBlock) || resource.PhysicalResourceId || ''}`;
    this.#frames.set(id, { id, kind: 'vpc', label, parent: this.#region(stack.region) });
  }

  #addSubnet(one: Deployed): void {
    const { id, resource, stack } = one;
    const vpc = (this.#references.get(id) ?? []).find(({ to }) => to.resource.ResourceType === 'AWS::EC2::VPC')?.to;
    const zone = text(resource.properties.AvailabilityZone) || text(resource.attributes.AvailabilityZone);
    const within = vpc?.id ?? this.#region(stack.region);
    const zoneId = `${within}/${zone}`;
    if (zone) this.#frames.set(zoneId, { id: zoneId, kind: 'zone', label: zone, parent: within });
    const label = `${nameOf(resource)} ${text(resource.properties.CidrBlock)}`.trim();
    this.#frames.set(id, { id, kind: 'subnet', label, parent: zone ? zoneId : within });
    this.#subnets.set(resource.PhysicalResourceId ?? id, id);
  }

  #vpcAbove(frame: string): string {
    let id: string | undefined = frame;
    while (id !== undefined && this.#frames.get(id)?.kind !== 'vpc') id = this.#frames.get(id)?.parent;
    return id ?? frame;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** What the CDK calls it, or the template: logical ids of the CDK end with eight hexadecimal digits of a hash. */
function nameOf({ properties, LogicalResourceId }: ResourceRecord): string {
  const tags = Array.isArray(properties.Tags) ? (properties.Tags as { Key?: string; Value?: string }[]) : [];
  const given = tags.find(({ Key }) => Key === 'aws-cdk:subnet-name')?.Value;
  return given ?? LogicalResourceId.replace(/[0-9A-F]{8}$/, '').replace(/Subnet$/, '');
}
