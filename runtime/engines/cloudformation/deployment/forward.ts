import { isDeepStrictEqual } from 'node:util';
import { propertyChanges, replacementOf } from '../properties/replacement.ts';
import { specificationOf } from '../specification/specification.ts';
import type { ResourceChangeRecord, ResourceRecord } from '../stacks/records.ts';
import { TemplateError } from '../template/template.ts';
import type { DesiredResource, DesiredState } from './desired-state.ts';
import type { Journal } from './journal.ts';
import type { ResourceActions } from './resource-actions.ts';
import { walk } from './walk.ts';

export interface Forward {
  desired: DesiredState;
  journal: Journal;
  actions: ResourceActions;
  /** Whether a type can change in place at all. */
  updatable(type: string): boolean;
  /** The stack's tags differ from what its resources have. */
  tagsChanged: boolean;
  halted(): boolean;
  /** A resource failed: what is under way elsewhere is cancelled. */
  onFailure(logicalId: string): void;
}

/** Brings every resource to what the template asks for, in order of dependency. True when all succeeded. */
export function goForward(forward: Forward): Promise<boolean> {
  return walk(
    forward.desired.graph,
    async (logicalId) => {
      const done = await bring(forward, logicalId);
      if (!done) forward.onFailure(logicalId);
      return done;
    },
    { halted: forward.halted },
  );
}

async function bring(forward: Forward, logicalId: string): Promise<boolean> {
  const { journal, actions } = forward;
  const record = journal.resources.get(logicalId);
  let desired: DesiredResource;
  try {
    desired = forward.desired.resource(logicalId);
  } catch (error) {
    return failed(forward, logicalId, record, error);
  }
  if (!record || record.PhysicalResourceId === undefined) {
    const existing = journal.stack.current?.adopts?.[logicalId];
    if (existing !== undefined)
      return actions.adopt(logicalId, desired, existing, journal.stack.previous && { kind: 'created' });
    return actions.create(logicalId, desired, journal.stack.previous && { kind: 'created' });
  }
  const decision = decide(forward, record, desired);
  if (decision === 'keep') {
    journal.keep(settledRecord(record, desired));
    return true;
  }
  const before = beforeOf(record);
  if (decision === 'replace') return actions.create(logicalId, desired, { kind: 'replaced', before });
  const kind =
    record.change?.kind === 'created' || record.change?.kind === 'replaced' ? record.change.kind : 'modified';
  return actions.update(record, desired, { kind, before });
}

export type Decision = 'keep' | 'update' | 'replace';

function decide(forward: Forward, record: ResourceRecord, desired: DesiredResource): Decision {
  if (record.ResourceType !== desired.type) return 'replace';
  // Its replacement failed in an earlier attempt, kept by DisableRollback: the record still stands for the old one.
  const { change } = record;
  if (change?.kind === 'replaced' && change.before?.PhysicalResourceId === record.PhysicalResourceId) return 'replace';
  const specification = specificationOf(desired.type);
  const changes = propertyChanges(record.properties, desired.properties, specification);
  if (replacementOf(changes) === 'yes') return 'replace';
  const tagged = forward.tagsChanged && specification?.tags !== undefined;
  const failedBefore = record.ResourceStatus.endsWith('_FAILED');
  const nested = desired.type === 'AWS::CloudFormation::Stack';
  if (changes.length > 0 || failedBefore) return forward.updatable(desired.type) ? 'update' : 'replace';
  return (tagged || nested) && forward.updatable(desired.type) ? 'update' : 'keep';
}

/** What an earlier, failed attempt of the same update began from stays what to go back to. */
function beforeOf(record: ResourceRecord): NonNullable<ResourceChangeRecord['before']> {
  if (record.change?.before) return record.change.before;
  const {
    PhysicalResourceId,
    ResourceType,
    properties,
    attributes,
    dependencies,
    DeletionPolicy,
    UpdateReplacePolicy,
    Metadata,
  } = record;
  return {
    PhysicalResourceId,
    ResourceType,
    properties,
    attributes,
    dependencies,
    DeletionPolicy,
    UpdateReplacePolicy,
    Metadata,
  };
}

/** Policies, metadata and dependencies change without anything being done to the resource. */
export function settledRecord(record: ResourceRecord, desired: DesiredResource): ResourceRecord {
  const { Metadata, DeletionPolicy, UpdateReplacePolicy, dependencies } = desired;
  const settled = { ...record, dependencies, Metadata, DeletionPolicy, UpdateReplacePolicy };
  return isDeepStrictEqual(settled, record) ? record : settled;
}

/** Its own values could not be worked out: nothing of it was begun. */
function failed(forward: Forward, logicalId: string, record: ResourceRecord | undefined, error: unknown): boolean {
  if (!(error instanceof TemplateError)) throw error;
  const definition = forward.desired.resources[logicalId];
  const known: ResourceRecord = record ?? {
    LogicalResourceId: logicalId,
    ResourceType: definition?.Type ?? '',
    ResourceStatus: 'CREATE_FAILED',
    timeMs: 0,
    properties: {},
    attributes: {},
    dependencies: [],
    ...(forward.journal.stack.previous && { change: { kind: 'created' as const } }),
  };
  if (record)
    forward.journal.resource(
      { ...record, change: record.change ?? { kind: 'modified', before: beforeOf(record) } },
      'UPDATE_FAILED',
      error.message,
    );
  else forward.journal.resource(known, 'CREATE_FAILED', error.message);
  return false;
}
