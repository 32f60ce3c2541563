import type { Kernel } from '../../../kernel/service.ts';
import { labelOf } from '../map/architecture.ts';
import { resourceIndex } from '../map/resource-index.ts';
import { roleOf } from '../map/resource-roles.ts';

const most = 2000;

export interface ResourceName {
  /** As the map calls it. */
  label: string;
  stack: string;
}

/** What templates call the things whose names CloudFormation made up, by physical id. */
export function resourceNames(kernel: Kernel): { names: Record<string, ResourceName> } {
  const names: Record<string, ResourceName> = {};
  for (const one of [...kernel.engine(resourceIndex).all().values()].slice(0, most)) {
    const { PhysicalResourceId: id, ResourceType } = one.resource;
    if (id !== undefined && (roleOf(ResourceType) === 'node' || ResourceType.startsWith('AWS::CloudWatch::')))
      names[id] = { label: labelOf(one), stack: one.stack.StackName };
  }
  return { names };
}
