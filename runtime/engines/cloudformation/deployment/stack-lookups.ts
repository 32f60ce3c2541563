import type { ReferencedResource } from '../intrinsics/scope.ts';
import { specificationOf } from '../specification/specification.ts';
import type { ResourceRecord, StackRecord } from '../stacks/records.ts';
import type { StackStore } from '../stacks/stack-store.ts';
import { isRecord, TemplateError } from '../template/template.ts';
import { isCustom, type Lookups } from './desired-state.ts';

/** What the stack's resources and other stacks' exports are now. */
export function stackLookups(store: StackStore, stack: StackRecord): Lookups & { imports(): string[] } {
  const imports = new Set<string>();
  return {
    imports: () => [...imports].sort(),
    resource(logicalId) {
      const record = store.resources(stack.StackId).get(logicalId);
      return record && referenced(record);
    },
    exported(name) {
      const value = exportsOf(store, stack).get(name)?.value;
      if (value !== undefined) imports.add(name);
      return value;
    },
  };
}

export function referenced(record: ResourceRecord): ReferencedResource {
  return { ref: record.PhysicalResourceId, attribute: (name) => attributeValue(record, name) };
}

function attributeValue(record: ResourceRecord, name: string): unknown {
  const { attributes, ResourceType, LogicalResourceId } = record;
  const value = attributes[name] ?? atPath(attributes, name);
  if (value !== undefined) return value;
  if (isCustom(ResourceType)) {
    throw new TemplateError(
      `CustomResource attribute error: Vendor response doesn't contain ${name} attribute in object ${LogicalResourceId}`,
    );
  }
  // Some attributes only repeat a property, e.g. AWS::EC2::VPC's CidrBlock.
  const property = atPath(record.properties, name);
  if (property !== undefined && specificationOf(ResourceType)?.attributes.includes(name)) return property;
  throw new TemplateError(
    `Template error: resource ${LogicalResourceId} does not support attribute type ${name} in Fn::GetAtt`,
  );
}

function atPath(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((container, key) => (isRecord(container) ? container[key] : undefined), value);
}

export interface ExportRecord {
  value: string;
  StackId: string;
  StackName: string;
}

/** By export name, of the account and region of the stack. */
export function exportsOf(store: StackStore, scope: { account: string; region: string }): Map<string, ExportRecord> {
  const exports = new Map<string, ExportRecord>();
  for (const { StackId, StackName, StackStatus, current } of store.stacks(scope).values()) {
    if (StackStatus === 'DELETE_COMPLETE') continue;
    for (const { ExportName, OutputValue } of current?.outputs ?? []) {
      if (ExportName !== undefined) exports.set(ExportName, { value: OutputValue, StackId, StackName });
    }
  }
  return exports;
}

/** Stacks that import a name. */
export function importersOf(store: StackStore, scope: { account: string; region: string }, name: string): string[] {
  return store
    .stacks(scope)
    .values()
    .filter(({ StackStatus, current }) => StackStatus !== 'DELETE_COMPLETE' && current?.imports.includes(name))
    .map(({ StackName }) => StackName);
}
