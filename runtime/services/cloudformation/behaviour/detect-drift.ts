import type { PropertyDifference, StackResourceDrift } from '@aws-sdk/client-cloudformation';
import { resourceContext } from '../../../engines/cloudformation/deployment/resource-context.ts';
import { resourceTypeOf } from '../../../engines/cloudformation/deployment/resource-types.ts';
import { propertyChanges } from '../../../engines/cloudformation/properties/replacement.ts';
import { specificationOf } from '../../../engines/cloudformation/specification/specification.ts';
import type { ResourceRecord, StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import { isRecord } from '../../../engines/cloudformation/template/template.ts';
import type { Context } from '../../../kernel/service.ts';

type Drift = NonNullable<ResourceRecord['drift']>;

/**
 * Compares what the template says with what is; properties the template leaves out do not count ("Detecting unmanaged
 * configuration changes"), and neither do those that the type does not read back. Undefined where it reads none.
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
  const told = (from: object): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(from).filter(([name]) => Object.hasOwn(properties, name) && Object.hasOwn(actual ?? {}, name)),
    );
  const compared = actual && (asFarAsSaid(properties, told(actual)) as Record<string, unknown>);
  const differences = compared
    ? propertyChanges(told(properties), compared, specificationOf(resourceType)).map(asDifference)
    : [];
  const status = !actual ? 'DELETED' : differences.length > 0 ? 'MODIFIED' : 'IN_SYNC';
  const drift: Drift = { status, differences, checkedMs: ctx.clock.now(), ...(compared && { actual: compared }) };
  ctx.engine(stackStore).putResource(stack.StackId, { ...record, drift });
  return drift;
}

/** Members of a list's entries that the template leaves out do not count: S3 gives a lifecycle rule an id of its own. */
function asFarAsSaid(said: unknown, actual: unknown, inList = false): unknown {
  if (Array.isArray(said) && Array.isArray(actual) && said.length === actual.length)
    return actual.map((one, index) => asFarAsSaid(said[index], one, true));
  if (!isRecord(said) || !isRecord(actual)) return actual;
  return Object.fromEntries(
    Object.entries(actual)
      .filter(([name]) => !inList || Object.hasOwn(said, name))
      .map(([name, value]) => [name, asFarAsSaid(said[name], value, inList)]),
  );
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
