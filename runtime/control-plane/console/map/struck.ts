import { registry } from '../../../kernel/resource-registry.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { activeFaults, type ShownFault } from '../../faults/fault-desk.ts';
import type { MapNode } from './architecture.ts';
import type { Frame } from './frames.ts';
import type { ResourceReference } from './references.ts';
import { type Deployed, resourceIndex } from './resource-index.ts';
import { roleOf } from './resource-roles.ts';

/** What is under an experiment of FIS: nodes by what strikes them, and frames. */
export interface Struck {
  nodes: Map<string, string[]>;
  frames: Map<string, string[]>;
}

/** Role, instance profile, launch template, group. */
const longestChain = 4;

/** What experiments that are under way act on, as far as it is on the map. */
export async function struck(
  kernel: Kernel,
  references: Map<string, ResourceReference[]>,
  regions: string[],
): Promise<Struck> {
  const found: Struck = { nodes: new Map(), frames: new Map() };
  if (!kernel.engine(registry).services.has('fis')) return found;
  const all = (await Promise.all(regions.map((region) => activeFaults(kernel, region)))).flat();
  for (const fault of all)
    for (const arn of fault.targets) {
      for (const id of hitBy(kernel, references, arn)) add(found.nodes, id, saying(fault));
      const subnet = subnetAt(kernel, arn);
      if (subnet) add(found.frames, subnet.id, saying(fault));
    }
  return found;
}

/** Marks what stands in a frame that is struck, too. */
export function mark(nodes: MapNode[], frames: Frame[], { nodes: byNode, frames: byFrame }: Struck): void {
  for (const frame of frames) frame.faults = byFrame.get(frame.id) ?? [];
  for (const node of nodes) {
    node.faults = [...(byNode.get(node.id) ?? []), ...(byFrame.get(node.frame) ?? [])];
    if (node.faults.length === 0) continue;
    if (node.state === 'healthy') node.state = 'impaired';
    node.reason = [...node.faults, node.reason].filter(Boolean).join('; ');
  }
}

/** aws:lambda:invocation-error as invocation error; what it is told of an API belongs to it. */
function saying({ action, parameters }: ShownFault): string {
  const words = action
    .split(', ')
    .map((id) => id.split(':').at(-1)?.replaceAll('-', ' ') ?? id)
    .join(', ');
  return parameters.service === undefined ? words : `${words} of ${parameters.service}`;
}

function hitBy(kernel: Kernel, references: Map<string, ResourceReference[]>, arn: string): string[] {
  const index = kernel.engine(resourceIndex);
  const node = index.nodeOf(arn) ?? index.nodeOf(arn.split('/').at(-1) ?? arn);
  if (node !== undefined) return [node];
  const found = index.find(arn);
  return found?.resource.ResourceType === 'AWS::IAM::Role' ? usersOf(found, references, index.all()) : [];
}

/** Nodes that act as a role: they name it, or what leads to it. */
function usersOf(role: Deployed, references: Map<string, ResourceReference[]>, all: Map<string, Deployed>): string[] {
  const found = new Set<string>();
  let front = new Set([role.id]);
  for (let depth = 0; depth < longestChain && front.size > 0; depth += 1) {
    const next = new Set<string>();
    for (const [id, leads] of references) {
      const one = all.get(id);
      if (!one || !leads.some(({ to, property }) => front.has(to.id) && actsBy.test(property))) continue;
      if (roleOf(one.resource.ResourceType) === 'node') found.add(id);
      else if (leadsOn.test(one.resource.ResourceType)) next.add(id);
    }
    front = next;
  }
  return [...found];
}

/** Not a policy of something else, which names roles as its principals. */
const actsBy = /Role|Profile|Template|Definition/;
const leadsOn = /^AWS::(IAM::InstanceProfile|EC2::LaunchTemplate|ECS::TaskDefinition)$/;

function subnetAt(kernel: Kernel, arn: string): Deployed | undefined {
  const found = arn.includes(':subnet/') ? kernel.engine(resourceIndex).find(arn.split('/').at(-1) ?? '') : undefined;
  return found?.resource.ResourceType === 'AWS::EC2::Subnet' ? found : undefined;
}

function add(map: Map<string, string[]>, id: string, text: string): void {
  const list = map.get(id) ?? [];
  if (!list.includes(text)) map.set(id, [...list, text]);
}
