import { isDeepStrictEqual } from 'node:util';
import { isUnknown, type ReferencedResource, unknownValue } from '../intrinsics/scope.ts';
import { type PropertyChange, propertyChanges, replacementOf } from '../properties/replacement.ts';
import { specificationOf } from '../specification/specification.ts';
import type { ResourceRecord, Revision, StackRecord } from '../stacks/records.ts';
import type { StackStore } from '../stacks/stack-store.ts';
import { inOrder } from '../template/dependency-graph.ts';
import { type DesiredResource, desiredState, isCustom } from './desired-state.ts';
import { outputsOf } from './outputs.ts';
import { exportsOf, referenced } from './stack-lookups.ts';

/** What deploying a revision would do to one resource, as a change set tells it. */
export interface PlannedChange {
  action: 'Add' | 'Import' | 'Modify' | 'Remove';
  logicalId: string;
  type: string;
  physicalId: string | undefined;
  replacement: 'True' | 'False' | 'Conditional' | undefined;
  /** Other attributes than properties that differ. */
  attributes: ('Metadata' | 'DeletionPolicy' | 'UpdateReplacePolicy' | 'Tags')[];
  properties: PropertyChange[];
  before: Record<string, unknown> | undefined;
  after: Record<string, unknown> | undefined;
  policy: 'Delete' | 'Retain' | 'Snapshot' | undefined;
  /** As the template says it, of what is added. */
  deletionPolicy?: string | undefined;
}

export interface Plan {
  changes: PlannedChange[];
  /** Outputs, exports or tags differ, if nothing else does. */
  othersDiffer: boolean;
}

/** Throws TemplateError where a value cannot be worked out. */
export function planChanges(store: StackStore, stack: StackRecord, revision: Revision): Plan {
  const records = store.resources(stack.StackId);
  const known = new Map<string, ReferencedResource>();
  const desired = desiredState(stack, revision, {
    resource: (logicalId) => known.get(logicalId) ?? { ref: unknownValue, attribute: () => unknownValue },
    exported: (name) => exportsOf(store, stack).get(name)?.value,
  });
  const tagsChanged = !isDeepStrictEqual(stack.current?.Tags ?? [], revision.Tags);
  const changes: PlannedChange[] = [];
  for (const logicalId of inOrder(desired.graph)) {
    const record = records.get(logicalId);
    const wanted = desired.resource(logicalId);
    const change = planResource(logicalId, existing(record), wanted, tagsChanged);
    if (change) changes.push(change);
    const seen = afterwards(record, change);
    if (seen) known.set(logicalId, seen);
  }
  for (const record of records.values()) {
    if (!existing(record) || Object.hasOwn(desired.resources, record.LogicalResourceId)) continue;
    changes.push(removal(record));
  }
  const outputs = outputsWithUnknown(desired);
  const othersDiffer =
    tagsChanged || outputs === undefined || !isDeepStrictEqual(outputs, stack.current?.outputs ?? []);
  return { changes: changes.sort((a, b) => (a.logicalId < b.logicalId ? -1 : 1)), othersDiffer };
}

function existing(record: ResourceRecord | undefined): ResourceRecord | undefined {
  return record?.PhysicalResourceId === undefined ? undefined : record;
}

function planResource(
  logicalId: string,
  record: ResourceRecord | undefined,
  wanted: DesiredResource,
  tagsChanged: boolean,
): PlannedChange | undefined {
  const common = { logicalId, type: wanted.type, physicalId: record?.PhysicalResourceId, after: wanted.properties };
  if (!record) {
    return {
      ...common,
      action: 'Add',
      replacement: undefined,
      attributes: [],
      properties: [],
      before: undefined,
      policy: undefined,
      deletionPolicy: wanted.DeletionPolicy,
    };
  }
  const specification = specificationOf(wanted.type);
  const properties = propertyChanges(record.properties, wanted.properties, specification);
  const attributes = (['Metadata', 'DeletionPolicy', 'UpdateReplacePolicy'] as const).filter(
    (name) => record[name] !== wanted[name],
  );
  const tagged =
    tagsChanged &&
    specification?.tags !== undefined &&
    !properties.some(({ path }) => path[0] === specification.tags?.[0]);
  const unfinished = record.ResourceStatus.endsWith('_FAILED');
  const other = record.ResourceType !== wanted.type;
  if (properties.length === 0 && attributes.length === 0 && !tagged && !unfinished && !other) return undefined;
  const replaces = other ? 'yes' : replacementOf(properties);
  return {
    ...common,
    action: 'Modify',
    replacement:
      replaces === 'yes'
        ? properties.every(certain)
          ? 'True'
          : 'Conditional'
        : replaces === 'maybe'
          ? 'Conditional'
          : 'False',
    attributes: tagged ? [...attributes, 'Tags'] : attributes,
    properties,
    before: record.properties,
    policy: replaces === 'yes' ? policyOf(record.UpdateReplacePolicy) : undefined,
  };
}

function policyOf(written: string | undefined): 'Delete' | 'Retain' | 'Snapshot' {
  if (written === 'Snapshot') return 'Snapshot';
  return written === 'Retain' || written === 'RetainExceptOnCreate' ? 'Retain' : 'Delete';
}

function certain(change: PropertyChange): boolean {
  return change.replaces !== 'yes' || !change.uncertain;
}

/** What others see of it: new values of what is new or replaced are not known, nor what a provider may answer. */
function afterwards(
  record: ResourceRecord | undefined,
  change: PlannedChange | undefined,
): ReferencedResource | undefined {
  if (!record || record.PhysicalResourceId === undefined) return undefined;
  const now = referenced(record);
  if (!change) return now;
  if (change.replacement === 'True' || change.replacement === 'Conditional') return undefined;
  const open = isCustom(record.ResourceType) || record.ResourceType === 'AWS::CloudFormation::Stack';
  return open && change.properties.length > 0
    ? { ref: isCustom(record.ResourceType) ? unknownValue : now.ref, attribute: () => unknownValue }
    : now;
}

function removal(record: ResourceRecord): PlannedChange {
  const { LogicalResourceId, ResourceType, PhysicalResourceId, DeletionPolicy, properties } = record;
  return {
    action: 'Remove',
    logicalId: LogicalResourceId,
    type: ResourceType,
    physicalId: PhysicalResourceId,
    replacement: undefined,
    attributes: [],
    properties: [],
    before: properties,
    after: undefined,
    policy: policyOf(DeletionPolicy),
  };
}

/** Undefined when one is not known yet. */
function outputsWithUnknown(desired: Parameters<typeof outputsOf>[0]) {
  try {
    const outputs = outputsOf(desired);
    return outputs.some((output) => isUnknown(output.OutputValue)) ? undefined : outputs;
  } catch {
    return undefined;
  }
}
