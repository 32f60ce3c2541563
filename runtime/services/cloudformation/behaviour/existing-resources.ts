import type { PlannedChange } from '../../../engines/cloudformation/deployment/planned-changes.ts';
import { resourceContext } from '../../../engines/cloudformation/deployment/resource-context.ts';
import { resourceTypeOf } from '../../../engines/cloudformation/deployment/resource-types.ts';
import { specificationOf } from '../../../engines/cloudformation/specification/specification.ts';
import type { StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';

/**
 * What ImportExistingResources takes into the stack instead of making it, physical ids by logical id: what has its primary
 * identifier in the template, is kept when the stack goes, belongs to no stack, and is there ("Import AWS resources into a
 * CloudFormation stack automatically"). Everything else is made as ever, and fails if its name is taken.
 */
export async function existingResources(
  ctx: Context,
  stack: StackRecord,
  changes: readonly PlannedChange[],
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const change of changes) {
    const name = change.action === 'Add' ? nameOf(change) : undefined;
    if (name === undefined || belongsToStack(ctx, stack, change.type, name)) continue;
    if (await exists(ctx, stack, change, name)) found[change.logicalId] = name;
  }
  return found;
}

/** Only Retain and RetainExceptOnCreate may be imported this way: a stack that is given up must not take it along. */
function nameOf({ type, after, deletionPolicy }: PlannedChange): string | undefined {
  if (deletionPolicy !== 'Retain' && deletionPolicy !== 'RetainExceptOnCreate') return undefined;
  const identifier = specificationOf(type)?.identifier ?? [];
  const [property] = identifier;
  const name = identifier.length === 1 && property !== undefined ? after?.[property] : undefined;
  return typeof name === 'string' ? name : undefined;
}

function belongsToStack(ctx: Context, stack: StackRecord, type: string, physicalId: string): boolean {
  const store = ctx.engine(stackStore);
  return store
    .stacks(stack)
    .values()
    .filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
    .some(({ StackId }) =>
      [...store.resources(StackId).values()].some(
        (record) =>
          record.PhysicalResourceId === physicalId &&
          record.ResourceType === type &&
          !record.ResourceStatus.startsWith('DELETE_'),
      ),
    );
}

/** A type that cannot be read back cannot be imported. */
async function exists(ctx: Context, stack: StackRecord, change: PlannedChange, name: string): Promise<boolean> {
  const { logicalId, type: resourceType } = change;
  const type = resourceTypeOf(ctx, resourceType);
  if (!type?.read || !type.update) return false;
  try {
    return (await type.read(resourceContext(ctx, stack, { logicalId, resourceType }), name)) !== undefined;
  } catch (error) {
    // Somebody else's bucket is refused to us: it cannot be ours to import.
    if (error instanceof AwsError) return false;
    throw error;
  }
}
