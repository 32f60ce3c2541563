import { parseArn } from '../../kernel/arn.ts';
import { PersonError } from '../../kernel/errors.ts';
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

/**
 * ARNs of what somebody names: by ARN, by the id or name that AWS has for it, by the logical id of its template, also without
 * the characters that the CDK appends, or by a part of these that nothing else has.
 */
export async function namedTargets(ctx: Context, names: string[], resourceType: string): Promise<string[]> {
  if (names.every((name) => name.startsWith('arn:'))) return names;
  const { targets } = await faultTargets(ctx, resourceType);
  return names.map((name) => (name.startsWith('arn:') ? name : namedTarget(targets, name, resourceType)));
}

function namedTarget(targets: FaultTarget[], wanted: string, resourceType: string): string {
  const asked = wanted.toLowerCase();
  const named = targets.map(({ arn, name, logicalId }) => ({
    arn,
    names: [nameIn(arn), name, logicalId, logicalId.replace(/[0-9A-F]{8}$/, '')].map((one) => one.toLowerCase()),
  }));
  const exactly = named.filter(({ names }) => names.includes(asked));
  const found = exactly.length > 0 ? exactly : named.filter(({ names }) => names.some((one) => one.includes(asked)));
  if (found.length === 1 && found[0]) return found[0].arn;
  const among = found.length > 1 ? found.map(({ arn }) => nameIn(arn)) : targets.map(({ arn }) => nameIn(arn));
  const shown = among.slice(0, 12).join(', ');
  throw new PersonError(
    found.length > 1 ? 'ambiguous-target' : 'no-such-target',
    found.length > 1 ? `"${wanted}" may be any of several.` : `There is no ${resourceType} called "${wanted}".`,
    among.length === 0
      ? 'There is none at all: deploy one first.'
      : `Name one of these: ${shown}${among.length > 12 ? ` and ${among.length - 12} more` : ''}.`,
  );
}

function nameIn(arn: string): string {
  return (parseArn(arn)?.resource ?? arn).split(/[:/]/).at(-1) ?? arn;
}

function stateOf({ State, DBInstanceStatus, Status }: Record<string, unknown>): string {
  if (typeof State === 'object' && State !== null && 'Name' in State) return String(State.Name);
  return ([State, DBInstanceStatus, Status].find((one) => typeof one === 'string') as string) ?? '';
}
