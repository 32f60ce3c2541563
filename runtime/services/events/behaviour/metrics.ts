import type { Kernel } from '../../../kernel/service.ts';
import type { Rule } from '../state.ts';

/** "Monitoring Amazon EventBridge": by rule, and on custom buses by bus and rule. */
export function countForRule(kernel: Kernel, rule: Rule, name: string, value = 1, unit = 'Count'): void {
  const { Name: RuleName, EventBusName, region, account } = rule;
  kernel.events.emit('metric', {
    namespace: 'AWS/Events',
    name,
    dimensions: EventBusName === 'default' ? { RuleName } : { EventBusName, RuleName },
    value,
    unit,
    timeMs: kernel.clock.now(),
    region,
    account,
  });
}
