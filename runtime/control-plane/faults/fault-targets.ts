import { parseArn } from '../../kernel/arn.ts';
import { zonesOf } from '../../kernel/regions.ts';
import { registry } from '../../kernel/resource-registry.ts';
import type { Context } from '../../kernel/service.ts';
import { targetTypes } from '../../services/fis/behaviour/targets.ts';

/** Something that a fault may strike. */
export interface FaultTarget {
  arn: string;
  /** Its Name tag, or what its ARN ends with. */
  name: string;
  zone: string;
  tags: Record<string, string>;
  /** Where a template made it. */
  stack: string;
  logicalId: string;
  state: string;
}

const mostShown = 500;

/** Everything there is of a type of target, found as an experiment finds it. */
export async function faultTargets(
  ctx: Context,
  resourceType: string,
): Promise<{ targets: FaultTarget[]; left: number }> {
  const type = targetTypes[resourceType];
  const [, service = ''] = resourceType.split(':');
  if (!type || !ctx.engine(registry).services.has(service)) return { targets: [], left: 0 };
  const zone = type.parameters.availabilityZoneIdentifier;
  const found = (await type.list(ctx)).map(({ arn, tags, resource }) => ({
    arn,
    name: tags.Name ?? nameIn(arn),
    zone: (zone && zonesOf(ctx.region).find((name) => zone.fits(resource, name))) ?? '',
    tags,
    stack: tags['aws:cloudformation:stack-name'] ?? '',
    logicalId: tags['aws:cloudformation:logical-id'] ?? '',
    state: stateOf(resource),
  }));
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { targets: found.slice(0, mostShown), left: Math.max(0, found.length - mostShown) };
}

function nameIn(arn: string): string {
  return (parseArn(arn)?.resource ?? arn).split(/[:/]/).at(-1) ?? arn;
}

function stateOf({ State, DBInstanceStatus, Status }: Record<string, unknown>): string {
  if (typeof State === 'object' && State !== null && 'Name' in State) return String(State.Name);
  return ([State, DBInstanceStatus, Status].find((one) => typeof one === 'string') as string) ?? '';
}
