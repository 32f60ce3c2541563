/** The deployed architecture as nodes, nested frames and edges, derived from any template by what its resources refer to. */
import { defaultAccount } from '../../../kernel/arn.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { edgesOf } from './edges.ts';
import { type Frame, FrameTree } from './frames.ts';
import { liveStates } from './live-states.ts';
import { type ResourceReference, referencesIn } from './references.ts';
import { type Deployed, resourceIndex } from './resource-index.ts';
import { isEntrance, isSupporting, roleOf } from './resource-roles.ts';
import { mark, struck } from './struck.ts';

export interface Architecture {
  frames: Frame[];
  nodes: MapNode[];
  edges: MapEdge[];
}

export interface MapNode {
  id: string;
  stack: string;
  region: string;
  logicalId: string;
  /** AWS::SQS::Queue */
  type: string;
  physicalId: string;
  label: string;
  frame: string;
  state: 'healthy' | 'starting' | 'impaired' | 'dead';
  /** Why it is not healthy. */
  reason: string;
  /** Names of the alarms that watch it and are in ALARM. */
  alarms: string[];
  /** What experiments of FIS do to it now, in words. */
  faults: string[];
  supporting: boolean;
  /** Users may come in here. */
  entrance: boolean;
}

export interface MapEdge {
  id: string;
  from: string;
  to: string;
  /** `may`: only a policy says that it may, it only keeps records there, or it knows the address alone. */
  kind: 'uses' | 'may';
  /** What joins them: property names and types of the links between. */
  via: string[];
}

export async function architecture(kernel: Kernel, ctx: Context): Promise<Architecture> {
  const index = kernel.engine(resourceIndex);
  const all = [...index.all().values()].filter(
    ({ stack }) => stack.account === defaultAccount && stack.StackName !== 'CDKToolkit',
  );
  const references = new Map<string, ResourceReference[]>(all.map((one) => [one.id, referencesIn(one, index)]));
  const frames = new FrameTree(all, references);
  const live = await liveStates(kernel, ctx, all);
  const shown = all.filter(({ resource }) => roleOf(resource.ResourceType) === 'node');
  const edges = edgesOf(all, references).filter(
    ({ from, to }) => shown.some(({ id }) => id === from) && shown.some(({ id }) => id === to),
  );
  const onlyCustom = onlyForCustomResources(all, references);
  const nodes = shown.map((one): MapNode => {
    const { resource, stack } = one;
    const { state, reason } = live.stateOf(one);
    return {
      id: one.id,
      stack: stack.StackName,
      region: stack.region,
      logicalId: resource.LogicalResourceId,
      type: resource.ResourceType,
      physicalId: resource.PhysicalResourceId ?? '',
      label: labelOf(one),
      frame: frames.frameOf(one),
      state,
      reason,
      alarms: live.alarmsOf(one),
      faults: [],
      supporting: isSupporting(resource.ResourceType) || onlyCustom.has(one.id),
      entrance: isEntrance(resource.ResourceType),
    };
  });
  const instances = live.instances.filter(({ id }) => !nodes.some((node) => node.physicalId === id));
  index.setExtra(new Map(instances.map(({ id }) => [id, `instance/${id}`])));
  for (const instance of instances) {
    nodes.push({
      id: `instance/${instance.id}`,
      stack: instance.stack,
      region: instance.region,
      logicalId: '',
      type: 'AWS::EC2::Instance',
      physicalId: instance.id,
      label: instance.id,
      frame: frames.frameOfSubnet(instance.subnetId, instance.region),
      state: instance.state,
      reason: instance.reason,
      alarms: [],
      faults: [],
      supporting: false,
      entrance: false,
    });
    const group = instance.group === '' ? undefined : index.find(instance.group);
    if (group)
      edges.push({
        id: `${group.id}>${instance.id}`,
        from: group.id,
        to: `instance/${instance.id}`,
        kind: 'uses',
        via: ['started by'],
      });
  }
  const used = frames.used(nodes);
  mark(nodes, used, await struck(kernel, references, [...new Set(all.map(({ stack }) => stack.region))]));
  return { frames: used, nodes, edges };
}

/** What a CDK app's helper function is for is done when the stack stands. */
function onlyForCustomResources(all: Deployed[], references: Map<string, ResourceReference[]>): Set<string> {
  const by = new Map<string, string[]>();
  for (const one of all)
    for (const { to } of references.get(one.id) ?? [])
      by.set(to.id, [...(by.get(to.id) ?? []), one.resource.ResourceType]);
  return new Set(
    all
      .filter(({ id, resource }) => {
        const types = by.get(id) ?? [];
        const custom = types.some((type) => /^Custom::|CustomResource$/.test(type));
        return resource.ResourceType === 'AWS::Lambda::Function' && custom && types.every((type) => !feeds.test(type));
      })
      .map(({ id }) => id),
  );
}

const feeds = /EventSourceMapping|Integration|Rule$|Subscription|TargetGroup|CloudFront|Schedule$/;

/** The name without what CloudFormation and the CDK put round it, cut by the client where it is too long. */
export function labelOf({ resource, stack }: Deployed): string {
  const { LogicalResourceId, properties, ResourceType } = resource;
  const noun = ResourceType.split('::').at(-1) ?? '';
  const given = Object.entries(properties).find(
    ([key, value]) => /^(Name|.*Name)$/.test(key) && typeof value === 'string' && key.startsWith(noun.slice(0, 4)),
  )?.[1] as string | undefined;
  if (given !== undefined && given.length < 40 && !given.includes('/')) return given.replace(`${stack.StackName}-`, '');
  // The CDK ends logical ids with eight hexadecimal digits of the path's hash.
  return LogicalResourceId.replace(/[0-9A-F]{8}$/, '') || LogicalResourceId;
}
