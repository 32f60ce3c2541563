import type {
  DescribeManagedRuleGroupCommandInput,
  ListAvailableManagedRuleGroupsCommandInput,
  RuleAction,
} from '@aws-sdk/client-wafv2';
import { managedGroups } from '../../../data-planes/waf/managed/groups.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkScope } from '../behaviour/entities.ts';
import { managedGroup } from '../behaviour/managed-groups.ts';

/** Those that can be used; the others of AWS's are refused by name where they are. */
export function ListAvailableManagedRuleGroups(ctx: Context, input: ListAvailableManagedRuleGroupsCommandInput) {
  checkScope(ctx, input.Scope);
  return {
    ManagedRuleGroups: managedGroups.map(({ name, description }) => ({
      VendorName: 'AWS',
      Name: name,
      VersioningSupported: false,
      Description: description,
    })),
  };
}

export function DescribeManagedRuleGroup(ctx: Context, input: DescribeManagedRuleGroupCommandInput) {
  checkScope(ctx, input.Scope);
  const group = managedGroup(input.VendorName, input.Name);
  if (input.VersionName !== undefined)
    throw refused('wafv2 parameter VersionName', 'there is one version of each managed group, the default one.');
  return {
    Capacity: group.capacity,
    LabelNamespace: group.labelNamespace,
    Rules: group.rules.map(({ name, action }) => ({ Name: name, Action: actionOf(action.kind) })),
    AvailableLabels: [...new Set(group.rules.flatMap(({ labels }) => labels))].map((Name) => ({ Name })),
  };
}

function actionOf(kind: 'allow' | 'block' | 'count'): RuleAction {
  if (kind === 'block') return { Block: {} };
  return kind === 'count' ? { Count: {} } : { Allow: {} };
}
