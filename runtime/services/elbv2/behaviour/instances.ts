import { rootOf } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type RegisteredTarget, type TargetGroupRecord, targetGroups } from '../state.ts';
import { putTargetGroup } from './deployment.ts';
import { findInstance } from './places.ts';

/**
 * Target groups follow their instances: one that is stopped takes no requests until it runs again, and one that is terminated
 * is deregistered ("Register targets by instance ID").
 */
export function followInstances(kernel: Kernel): () => void {
  return kernel.events.on('ec2.instance-state', ({ instanceId, state, account, region }) => {
    const groups = targetGroups(kernel, { account, region })
      .values()
      .filter(({ TargetType, targets }) => TargetType === 'instance' && targets.some(({ Id }) => Id === instanceId));
    if (groups.length === 0) return;
    const change = (update: (target: RegisteredTarget) => RegisteredTarget): void => {
      for (const { TargetGroupArn } of groups)
        changeTargets(kernel, { account, region, TargetGroupArn }, instanceId, update);
    };
    if (state === 'stopping' || state === 'stopped') change((target) => ({ ...target, notRunning: state }));
    if (state === 'shutting-down' || state === 'terminated')
      change((target) => ({ ...target, deregisteredMs: target.deregisteredMs ?? kernel.clock.now() }));
    if (state !== 'running') return;
    const ctx = kernel.context({ principal: rootOf(account), region });
    const found = findInstance(ctx, instanceId).then((instance) =>
      change((target) => ({ ...target, address: instance?.PrivateIpAddress ?? target.address, notRunning: undefined })),
    );
    void kernel.clock.track(found);
  });
}

function changeTargets(
  kernel: Kernel,
  where: Pick<TargetGroupRecord, 'account' | 'region' | 'TargetGroupArn'>,
  instanceId: string,
  update: (target: RegisteredTarget) => RegisteredTarget,
): void {
  const group = targetGroups(kernel, where).get(where.TargetGroupArn);
  if (!group) return;
  const targets = group.targets.map((target) => (target.Id === instanceId ? update(target) : target));
  if (JSON.stringify(targets) !== JSON.stringify(group.targets)) putTargetGroup(kernel, { ...group, targets });
}
