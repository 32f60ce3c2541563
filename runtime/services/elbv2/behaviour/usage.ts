import type { Kernel } from '../../../kernel/service.ts';
import type { Standing } from '../../../kernel/usage.ts';
import { loadBalancers } from '../state.ts';

/** "Elastic Load Balancing pricing": each hour a load balancer runs; its capacity units are metered where it serves. */
export function* standing(kernel: Kernel): Generator<Standing> {
  for (const scope of kernel.store.scopes('elbv2.load-balancers'))
    for (const { LoadBalancerArn } of loadBalancers(kernel, scope).values())
      yield { usageType: 'LoadBalancerUsage', amount: 1, resource: LoadBalancerArn, ...scope };
}
