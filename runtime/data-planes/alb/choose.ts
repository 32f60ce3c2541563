import type { Kernel } from '../../kernel/service.ts';
import type { LoadBalancerTable, NodeTable } from './configuration.ts';
import type { Target, TargetGroup } from './target-group.ts';

/** Which target gets the request. Undefined: the group has none that could ("HTTP 503"). */
export function chooseTarget(
  kernel: Kernel,
  group: TargetGroup,
  about: { node: NodeTable; loadBalancer: LoadBalancerTable },
): Target | undefined {
  const { table } = group;
  const crossZone = table.crossZone ?? about.loadBalancer.attributes.crossZone;
  const zone = crossZone ? undefined : about.node.zone;
  const candidates = routable(group, zone);
  if (candidates.length <= 1) return candidates[0];
  if (table.algorithm === 'least_outstanding_requests') return leastBusy(candidates, group);
  if (table.algorithm === 'weighted_random') return candidates[Math.floor(kernel.ids.random() * candidates.length)];
  return inTurn(kernel, group, candidates);
}

/**
 * The healthy ones; with fewer of them than the group's minimum, all that are registered: better a target that may be ill
 * than none ("Target group health", the load balancer fails open).
 */
export function routable(group: TargetGroup, zone: string | undefined): Target[] {
  const healthy: Target[] = [];
  const registered: Target[] = [];
  for (const target of group.targets) {
    const { state } = target.health;
    if (state === 'draining' || state === 'unused') continue;
    if (
      zone !== undefined &&
      target.table.zone !== undefined &&
      target.table.zone !== 'all' &&
      target.table.zone !== zone
    )
      continue;
    registered.push(target);
    if (state === 'healthy' || state === 'unavailable') healthy.push(target);
  }
  const { count, percentage } = group.table.minimumHealthy;
  const enough =
    healthy.length >= Math.min(count, registered.length) && healthy.length * 100 >= registered.length * percentage;
  return enough && healthy.length > 0 ? healthy : registered;
}

function leastBusy(candidates: readonly Target[], group: TargetGroup): Target | undefined {
  const start = group.turn++ % candidates.length;
  let best = candidates[start];
  for (let step = 1; step < candidates.length; step += 1) {
    const other = candidates[(start + step) % candidates.length];
    if (other && best && other.outstanding < best.outstanding) best = other;
  }
  return best;
}

/** One after the other; a target that starts slowly is passed over as often as its share is small yet. */
function inTurn(kernel: Kernel, group: TargetGroup, candidates: readonly Target[]): Target | undefined {
  for (let step = 0; step < candidates.length; step += 1) {
    const target = candidates[group.turn++ % candidates.length];
    if (!target) continue;
    if (target.slowSinceMs === undefined) return target;
    const share = (kernel.clock.now() - target.slowSinceMs) / (group.table.slowStartSeconds * 1000);
    if (share >= 1) target.slowSinceMs = undefined;
    if (share >= 1 || kernel.ids.random() < share) return target;
  }
  return candidates[group.turn++ % candidates.length];
}
