import type { PropertyDifference, StackResourceDrift } from '@aws-sdk/client-cloudformation';
import { resourceContext } from '../../../engines/cloudformation/deployment/resource-context.ts';
import { resourceTypeOf } from '../../../engines/cloudformation/deployment/resource-types.ts';
import { type PropertyChange, propertyChanges } from '../../../engines/cloudformation/properties/replacement.ts';
import { specificationOf } from '../../../engines/cloudformation/specification/specification.ts';
import type { ResourceRecord, StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import type { Context } from '../../../kernel/service.ts';

type Drift = NonNullable<ResourceRecord['drift']>;

/**
 * Compares what the template says with what is; properties the template leaves out do not count ("Detecting unmanaged
 * configuration changes"). Undefined where the type cannot be read back.
 */
export async function detectDrift(
  ctx: Context,
  stack: StackRecord,
  record: ResourceRecord,
): Promise<Drift | undefined> {
  const { LogicalResourceId: logicalId, ResourceType: resourceType, PhysicalResourceId, properties } = record;
  const type = resourceTypeOf(ctx, resourceType);
  if (!type?.read || PhysicalResourceId === undefined) return undefined;
  const actual = await type.read(resourceContext(ctx, stack, { logicalId, resourceType }), PhysicalResourceId);
  const compared =
    actual && Object.fromEntries(Object.entries(actual).filter(([name]) => Object.hasOwn(properties, name)));
  const differences = compared
    ? propertyChanges(properties, compared, specificationOf(resourceType)).filter(couldDrift).map(asDifference)
    : [];
  const status = !actual ? 'DELETED' : differences.length > 0 ? 'MODIFIED' : 'IN_SYNC';
  const drift: Drift = { status, differences, checkedMs: ctx.clock.now(), ...(compared && { actual: compared }) };
  ctx.engine(stackStore).putResource(stack.StackId, { ...record, drift });
  return drift;
}

/** What only a replacement changes is what it was: a type that does not read it back (a name) says nothing of it. */
function couldDrift({ after, replaces }: PropertyChange): boolean {
  return after !== undefined || replaces !== 'yes';
}

function asDifference({
  path,
  before,
  after,
}: {
  path: readonly (string | number)[];
  before: unknown;
  after: unknown;
}): PropertyDifference {
  const text = (value: unknown) =>
    value === undefined ? 'null' : typeof value === 'string' ? value : JSON.stringify(value);
  return {
    PropertyPath: `/${path.join('/')}`,
    ExpectedValue: text(before),
    ActualValue: text(after),
    DifferenceType: before === undefined ? 'ADD' : after === undefined ? 'REMOVE' : 'NOT_EQUAL',
  };
}

export function describeDrift(stack: StackRecord, record: ResourceRecord): StackResourceDrift {
  const { drift } = record;
  return {
    StackId: stack.StackId,
    LogicalResourceId: record.LogicalResourceId,
    PhysicalResourceId: record.PhysicalResourceId,
    ResourceType: record.ResourceType,
    ExpectedProperties: JSON.stringify(record.properties),
    ActualProperties: drift?.actual && JSON.stringify(drift.actual),
    PropertyDifferences: (drift?.differences ?? []) as PropertyDifference[],
    StackResourceDriftStatus: (drift?.status ?? 'NOT_CHECKED') as 'NOT_CHECKED',
    Timestamp: new Date(drift?.checkedMs ?? 0),
  };
}
