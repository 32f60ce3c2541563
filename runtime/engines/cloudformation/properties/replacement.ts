import { isDeepStrictEqual } from 'node:util';
import { isUnknown } from '../intrinsics/scope.ts';
import type { PropertyDigest, ResourceSpecification, TypeDigest } from '../specification/specification.ts';
import { isRecord, type Path } from '../template/template.ts';

/** A property that differs, down to where the specification's own types go. */
export interface PropertyChange {
  /** Names only, elements of lists left out: ['RedrivePolicy', 'maxReceiveCount']. */
  path: Path;
  before: unknown;
  after: unknown;
  /** What the specification says a change of it does. */
  replaces: 'yes' | 'maybe' | 'no';
  /** The new value comes from a resource that is itself being changed. */
  uncertain: boolean;
}

export function propertyChanges(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  specification: ResourceSpecification | undefined,
): PropertyChange[] {
  const changes: PropertyChange[] = [];
  const comparing: Comparing = { specification, changes, path: [], replaces: 'no' };
  compareMembers(before, after, specification?.properties, comparing);
  return changes;
}

/**
 * 'maybe' (AWS: "some interruptions", or conditional) is taken as an update in place: the type's own `update` may bring
 * forth another physical id.
 */
export function replacementOf(changes: readonly PropertyChange[]): 'yes' | 'maybe' | 'no' {
  const levels = changes.map(({ replaces }) => replaces);
  return levels.includes('yes') ? 'yes' : levels.includes('maybe') ? 'maybe' : 'no';
}

interface Comparing {
  specification: ResourceSpecification | undefined;
  changes: PropertyChange[];
  path: Path;
  replaces: 'yes' | 'maybe' | 'no';
}

function compareMembers(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  properties: Record<string, PropertyDigest> | undefined,
  comparing: Comparing,
): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const path = [...comparing.path, name];
    const property = properties?.[name];
    const listed = comparing.specification?.replacing?.some((names) => names.join('.') === path.join('.'));
    const replaces = listed ? 'yes' : (property?.replaces ?? comparing.replaces);
    compareValues(before[name], after[name], property?.type, { ...comparing, path, replaces });
  }
}

function compareValues(before: unknown, after: unknown, type: TypeDigest | undefined, comparing: Comparing): void {
  if (isDeepStrictEqual(before, after)) return;
  const { specification, changes, path, replaces } = comparing;
  if (Array.isArray(type) && type[0] === 'definition' && isRecord(before) && isRecord(after) && specification) {
    compareMembers(before, after, specification.definition(type[1]).properties, comparing);
    return;
  }
  changes.push({ path, before, after, replaces, uncertain: isUnknown(after) });
}
