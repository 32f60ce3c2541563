import type { ResourceType } from '../../../kernel/resource.ts';
import type { ResourceRecord } from '../stacks/records.ts';
import { type DependencyGraph, reversed } from '../template/dependency-graph.ts';
import type { Journal } from './journal.ts';
import type { Removable, ResourceActions } from './resource-actions.ts';
import { walk } from './walk.ts';

/** A physical resource that must go, and how its going is told. */
export interface Deletion {
  record: Removable;
  dependencies: string[];
  /** DeletionPolicy, or UpdateReplacePolicy for the old one of a replacement. */
  policy: string | undefined;
  /** The record stands for something else that stays: only events are written. */
  old: boolean;
  /** Called once it is gone or was left. */
  gone(): void;
}

/** Deletes what nothing depends on first. Goes on after a failure with what does not depend on it. True when all went. */
export async function deleteAll(
  deletions: readonly Deletion[],
  parts: { journal: Journal; actions: ResourceActions; skip?: (deletion: Deletion) => boolean },
): Promise<boolean> {
  const byName = new Map(deletions.map((deletion) => [deletion.record.LogicalResourceId, deletion]));
  const needs: DependencyGraph = new Map(
    deletions.map(({ record, dependencies }) => [
      record.LogicalResourceId,
      new Set(dependencies.filter((name) => byName.has(name) && name !== record.LogicalResourceId)),
    ]),
  );
  return walk(
    reversed(needs),
    async (name) => {
      const deletion = byName.get(name);
      return deletion ? carryOut(deletion, parts) : true;
    },
    { goOn: true },
  );
}

async function carryOut(
  deletion: Deletion,
  { journal, actions, skip }: { journal: Journal; actions: ResourceActions; skip?: (deletion: Deletion) => boolean },
): Promise<boolean> {
  const { record, policy, old } = deletion;
  if (policy === 'Retain' || skip?.(deletion)) {
    if (record.PhysicalResourceId !== undefined) {
      if (old) journal.tell(record, 'DELETE_SKIPPED');
      else journal.resource(record as ResourceRecord, 'DELETE_SKIPPED');
    }
    deletion.gone();
    return true;
  }
  const done = await actions.remove(record, { keepStatus: old, snapshot: policy === 'Snapshot' });
  if (done) deletion.gone();
  return done;
}

/**
 * DeletionPolicy as it stands for this deletion: RetainExceptOnCreate keeps it unless the stack's creation is being rolled
 * back ("DeletionPolicy attribute").
 */
export function policyFor(
  record: Pick<ResourceRecord, 'DeletionPolicy' | 'adopted' | 'properties'>,
  about: { creation: boolean; retainExceptOnCreate: boolean; type: ResourceType | undefined },
): string | undefined {
  const policy = record.DeletionPolicy ?? about.type?.defaultDeletionPolicy?.(record.properties);
  if (about.creation && record.adopted) return 'Retain';
  const keepsExceptOnCreate = policy === 'RetainExceptOnCreate' || (policy === 'Retain' && about.retainExceptOnCreate);
  if (keepsExceptOnCreate) return about.creation ? 'Delete' : 'Retain';
  return policy;
}
