import type { Kernel } from '../../../kernel/service.ts';
import { associated } from '../errors.ts';
import { ruleGroups, webAcls } from '../state.ts';

/** A set or a group that a rule names cannot be deleted. An ARN is distinctive enough to be looked for as text. */
export function checkUnused(kernel: Pick<Kernel, 'store'>, arn: string): void {
  for (const [name, collection] of [
    ['wafv2.web-acls', webAcls],
    ['wafv2.rule-groups', ruleGroups],
  ] as const)
    for (const scope of kernel.store.scopes(name))
      for (const record of collection(kernel, scope).values())
        if (record.ARN !== arn && JSON.stringify(record.Config.Rules ?? []).includes(`"${arn}"`)) throw associated();
}
