import type { ManagedGroup } from '../../../data-planes/waf/managed/groups.ts';
import { managedGroups, refusedGroups } from '../../../data-planes/waf/managed/groups.ts';
import { refused } from '../../../kernel/errors.ts';
import { invalidParameter } from '../errors.ts';

/** A group of AWS's own list, or a refusal that says why. */
export function managedGroup(vendor: string | undefined, name: string | undefined): ManagedGroup {
  const group = vendor === 'AWS' ? managedGroups.find((one) => one.name === name) : undefined;
  if (group) return group;
  const why = refusedGroups.find((one) => one.name === name)?.why;
  if (vendor === 'AWS' && why) throw refused(`wafv2 managed rule group ${name}`, why);
  throw invalidParameter('MANAGED_RULE_SET', String(name), 'The managed rule group is not available.');
}
