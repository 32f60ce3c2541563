import type { Kernel } from '../../../kernel/service.ts';
import type { Standing } from '../../../kernel/usage.ts';
import { parameterArn, parameters } from '../state.ts';

/** "AWS Systems Manager pricing": standard parameters are free, advanced ones are paid for by the time they exist. */
export function* standing(kernel: Kernel): Generator<Standing> {
  for (const scope of kernel.store.scopes('ssm.parameters'))
    for (const { Name, Tier } of parameters(kernel, scope).values())
      if (Tier === 'Advanced')
        yield {
          usageType: 'PS-Advanced-Param-Tier1',
          amount: 1,
          resource: parameterArn(scope.region, scope.account, Name),
          ...scope,
        };
}
