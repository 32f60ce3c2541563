import type { Kernel } from '../../../kernel/service.ts';
import type { Standing } from '../../../kernel/usage.ts';
import { webAcls } from '../state.ts';

/** "AWS WAF pricing": web ACLs and their rules by the month; requests are metered where they are inspected. */
export function* standing(kernel: Kernel): Generator<Standing> {
  for (const scope of kernel.store.scopes('wafv2.web-acls'))
    for (const { ARN: resource, Config } of webAcls(kernel, scope).values()) {
      yield { usageType: 'WebACL', amount: 1, resource, ...scope };
      const rules = Config.Rules?.length ?? 0;
      if (rules > 0) yield { usageType: 'Rule', amount: rules, resource, ...scope };
    }
}
