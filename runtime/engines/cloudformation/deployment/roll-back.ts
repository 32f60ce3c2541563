import type { ResourceRecord } from '../stacks/records.ts';
import type { DependencyGraph } from '../template/dependency-graph.ts';
import type { DesiredResource } from './desired-state.ts';
import type { Journal } from './journal.ts';
import type { ResourceActions } from './resource-actions.ts';
import { walk } from './walk.ts';

/**
 * The first half of going back to what an update began from: what was changed is changed back, and a replaced resource's
 * record stands for the old one again. What was made meanwhile is deleted in the second half, the cleanup.
 */
export function changeBack(parts: {
  journal: Journal;
  actions: ResourceActions;
  skip: ReadonlySet<string>;
}): Promise<boolean> {
  const { journal, skip } = parts;
  const changed = [...journal.resources.values()].filter(
    ({ change }) => change && change.kind !== 'created' && change.kind !== 'restored',
  );
  const graph: DependencyGraph = new Map(
    changed.map((record) => [record.LogicalResourceId, new Set(record.change?.before?.dependencies)]),
  );
  return walk(
    graph,
    async (logicalId) => {
      const record = journal.resources.get(logicalId);
      return record ? changeOneBack(record, { ...parts, skipped: skip.has(logicalId) }) : true;
    },
    { goOn: true },
  );
}

async function changeOneBack(
  record: ResourceRecord,
  { journal, actions, skipped }: { journal: Journal; actions: ResourceActions; skipped: boolean },
): Promise<boolean> {
  const { change } = record;
  const before = change?.before;
  if (!change || !before) return true;
  const restored: ResourceRecord = { ...record, ...before, ResourceStatus: 'UPDATE_COMPLETE' };
  delete restored.change;
  delete restored.generatedName;
  if (skipped) {
    journal.resource(restored, 'UPDATE_COMPLETE');
    return true;
  }
  if (change.kind === 'replaced') {
    const { PhysicalResourceId, ResourceType, properties, attributes, dependencies } = record;
    const made = PhysicalResourceId !== before.PhysicalResourceId;
    const newer = { PhysicalResourceId, ResourceType, properties, attributes, dependencies };
    journal.resource(made ? { ...restored, change: { kind: 'restored', before: newer } } : restored, 'UPDATE_COMPLETE');
    return true;
  }
  // Tried but never reached the resource when nothing is known to differ; changing back is harmless then.
  const desired: DesiredResource = {
    type: before.ResourceType,
    properties: before.properties,
    dependencies: before.dependencies,
    Metadata: before.Metadata,
    DeletionPolicy: before.DeletionPolicy,
    UpdateReplacePolicy: before.UpdateReplacePolicy,
    CreationPolicy: undefined,
    UpdatePolicy: undefined,
  };
  const done = await actions.update(record, desired, change);
  const now = journal.resources.get(record.LogicalResourceId);
  if (done && now) {
    // Going back brought forth yet another physical resource (a custom resource): the one of the failed update must go.
    const other = now.PhysicalResourceId !== record.PhysicalResourceId;
    const { change: _done, ...kept } = now;
    journal.keep(
      other && now.PhysicalResourceId !== before.PhysicalResourceId
        ? { ...kept, change: { kind: 'restored', before: record } }
        : kept,
    );
  }
  return done;
}
