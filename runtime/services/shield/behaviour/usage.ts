import type { Kernel } from '../../../kernel/service.ts';
import type { Standing } from '../../../kernel/usage.ts';
import { subscriptions } from '../state.ts';

/** "AWS Shield pricing": Standard costs nothing, Advanced by the month for the account. */
export function* standing(kernel: Kernel): Generator<Standing> {
  for (const { account, region } of kernel.store.scopes('shield.subscriptions'))
    if (subscriptions(kernel, { account }).get('subscription'))
      yield { usageType: 'Shield-Monthly-Fee', amount: 1, resource: 'subscription', account, region };
}
