import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { ResourceType } from '../../../kernel/resource.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { isCustom } from './desired-state.ts';

const custom = 'AWS::CloudFormation::CustomResource';

/** Undefined for a type Orrery does not have. */
export function resourceTypeOf(kernel: Pick<Kernel, 'engine'>, type: string): ResourceType | undefined {
  return resourceTypeIn(kernel.engine(registry).resourceTypes, type);
}

export function resourceTypeIn(types: ReadonlyMap<string, ResourceType>, type: string): ResourceType | undefined {
  return isCustom(type) ? types.get(custom) : (types.get(type) ?? own[type]);
}

/** Types without any effect on AWS either. */
const own: Record<string, ResourceType> = lookupTable({
  'AWS::CDK::Metadata': {
    type: 'AWS::CDK::Metadata',
    properties: { Analytics: 'stored' },
    create: async (ctx) => ({ physicalId: ctx.generateName() }),
    update: async (_ctx, physicalId) => ({ physicalId }),
    delete: async () => undefined,
  },
});
