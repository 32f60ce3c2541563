import type { LoadBalancerTable } from './configuration.ts';
import type { TargetGroup } from './target-group.ts';

/**
 * Zones that DNS leaves out, for what comes in there would find no healthy target: where a group keeps its requests to their
 * zone, has too few healthy targets in one, and enough in another ("Target group health", DNS failover; "Cross-zone load
 * balancing").
 */
export function shutZones(
  { listeners, nodes, attributes }: LoadBalancerTable,
  groups: ReadonlyMap<string, TargetGroup>,
): ReadonlySet<string> {
  const shut = new Set<string>();
  for (const group of forwardedTo(listeners, groups)) {
    if (group.table.crossZone ?? attributes.crossZone) continue;
    const ill = nodes.filter(({ zone }) => !isWell(group, zone)).map(({ zone }) => zone);
    if (ill.length < nodes.length) for (const zone of ill) shut.add(zone);
  }
  // With every zone left out there would be no address at all: then DNS gives them all.
  return shut.size < nodes.length ? shut : none;
}

const none: ReadonlySet<string> = new Set();

function isWell(group: TargetGroup, zone: string): boolean {
  const { healthy, registered } = group.counts(zone);
  const { count, percentage } = group.table.dnsMinimum;
  return healthy >= Math.max(count, 1) && healthy * 100 >= registered * percentage;
}

function* forwardedTo(
  listeners: LoadBalancerTable['listeners'],
  groups: ReadonlyMap<string, TargetGroup>,
): Iterable<TargetGroup> {
  for (const { rules } of listeners)
    for (const { action } of rules)
      if (action.type === 'forward')
        for (const { arn } of action.groups) {
          const group = groups.get(arn);
          if (group && group.table.targetType !== 'lambda') yield group;
        }
}
