import type { Kernel } from '../../../kernel/service.ts';
import { warmupSeconds } from './adjustment.ts';
import { findMember } from './watch.ts';

/**
 * What EC2 measures of instances is the group's, too, under the dimension AutoScalingGroupName; not of those that warm up
 * ("Set the default instance warmup for an Auto Scaling group").
 */
export function aggregate(kernel: Kernel): () => void {
  return kernel.events.on('metric', (metric) => {
    const { namespace, dimensions, account, region } = metric;
    if (namespace !== 'AWS/EC2' || dimensions.InstanceId === undefined) return;
    const found = findMember(kernel, { account, region }, dimensions.InstanceId);
    if (!found) return;
    const { group, member } = found;
    const warmMs = (member.inServiceMs ?? Number.POSITIVE_INFINITY) + warmupSeconds(group, {}) * 1000;
    if (member.LifecycleState !== 'InService' || warmMs > metric.timeMs) return;
    kernel.events.emit('metric', {
      ...metric,
      dimensions: { AutoScalingGroupName: group.AutoScalingGroupName },
    });
  });
}
