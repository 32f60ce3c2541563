import { isDeepStrictEqual } from 'node:util';
import type { StackStatus } from '@aws-sdk/client-cloudformation';
import { authorization } from '../../../kernel/authorizer.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { ResourceRecord, Revision, StackRecord } from '../stacks/records.ts';
import type { StackStore } from '../stacks/stack-store.ts';
import { TemplateError } from '../template/template.ts';
import { awaitCreationSignals } from './creation-signals.ts';
import { type Deletion, deleteAll, policyFor } from './deletions.ts';
import { desiredState } from './desired-state.ts';
import { Cancelled, Interrupted } from './failure-reason.ts';
import { goForward, settledRecord } from './forward.ts';
import { Journal } from './journal.ts';
import { checkExports, outputsOf } from './outputs.ts';
import { ResourceActions } from './resource-actions.ts';
import { resourceTypeOf } from './resource-types.ts';
import { changeBack } from './roll-back.ts';
import { stackLookups } from './stack-lookups.ts';

/**
 * Takes one stack from a status in progress to one at rest. Each step begins from what is kept, so that a deployment cut
 * off by the end of the process goes on at the next start: forward steps as a failure that is rolled back, all others
 * where they were.
 */
export class Deployment {
  readonly #kernel: Kernel;
  readonly #store: StackStore;
  readonly #journal: Journal;
  #abort = new AbortController();
  #stopping = false;
  #failure: string | undefined;
  #failed: string[] = [];

  constructor(kernel: Kernel, store: StackStore, stack: StackRecord) {
    this.#kernel = kernel;
    this.#store = store;
    this.#journal = new Journal(store, kernel.clock, stack);
  }

  /** Ends at rest, or with the runtime. */
  async run(options: { resumed?: boolean } = {}): Promise<StackRecord> {
    if (options.resumed) this.#failure = 'The runtime stopped before the deployment was complete.';
    try {
      if (options.resumed) await this.#findLost();
      for (let status = this.#status; inProgress(status); status = this.#status) await this.#step(status);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
    return this.#journal.stack;
  }

  async #findLost(): Promise<void> {
    const { resources } = this.#journal;
    const lost = [...resources.values()].filter(({ ResourceStatus, PhysicalResourceId, change }) =>
      change?.kind === 'replaced'
        ? ResourceStatus === 'UPDATE_IN_PROGRESS' && PhysicalResourceId === change.before?.PhysicalResourceId
        : ResourceStatus === 'CREATE_IN_PROGRESS' && PhysicalResourceId === undefined,
    );
    for (const record of lost) await this.#actions().findLost(record);
  }

  /** A forward step fails with this sentence; other steps go on. */
  cancel(sentence: string): void {
    this.#failure ??= sentence;
    this.#abort.abort(new Cancelled());
  }

  /** The runtime stops: nothing more is begun or written. */
  interrupt(): void {
    this.#stopping = true;
    this.#abort.abort(new Interrupted());
  }

  get #status(): StackStatus {
    return this.#journal.stack.StackStatus;
  }

  #step(status: StackStatus): Promise<void> {
    // A cancelled step's signal must not reach the next.
    if (!this.#stopping && this.#abort.signal.aborted && !forwardStep(status)) this.#abort = new AbortController();
    switch (status) {
      case 'CREATE_IN_PROGRESS':
        return this.#forward('create');
      case 'UPDATE_IN_PROGRESS':
        return this.#forward('update');
      case 'ROLLBACK_IN_PROGRESS':
        return this.#deleteEverything({ creation: true, done: 'ROLLBACK_COMPLETE', failed: 'ROLLBACK_FAILED' });
      case 'DELETE_IN_PROGRESS':
        return this.#deleteEverything({
          creation: this.#journal.stack.OnFailure === 'DELETE',
          done: 'DELETE_COMPLETE',
          failed: 'DELETE_FAILED',
        });
      case 'UPDATE_ROLLBACK_IN_PROGRESS':
        return this.#rollBackUpdate();
      case 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS':
        return this.#cleanUp('UPDATE_COMPLETE');
      case 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS':
        return this.#cleanUp('UPDATE_ROLLBACK_COMPLETE');
      default:
        throw new Error(`no step for a stack in ${status}`);
    }
  }

  async #forward(kind: 'create' | 'update'): Promise<void> {
    if (this.#failure === undefined) await this.#goForward(this.#journal.stack);
    this.#guard();
    const { stack } = this.#journal;
    if (this.#failure === undefined) {
      // What a failed creation would have done has had its time.
      if (kind === 'create') this.#journal.status('CREATE_COMPLETE', undefined, { OnFailure: 'ROLLBACK' });
      else this.#journal.status('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      return;
    }
    const reason = this.#failureReason(kind);
    if (kind === 'update') {
      this.#journal.status(stack.DisableRollback ? 'UPDATE_FAILED' : 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
    } else if (stack.DisableRollback || stack.OnFailure === 'DO_NOTHING') this.#journal.status('CREATE_FAILED', reason);
    else this.#journal.status(stack.OnFailure === 'DELETE' ? 'DELETE_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS', reason);
  }

  async #goForward(stack: StackRecord): Promise<void> {
    const { current: revision, previous } = stack;
    if (!revision) throw new Error(`${stack.StackName} has no template`);
    try {
      const lookups = stackLookups(this.#store, stack);
      const desired = desiredState(stack, revision, lookups);
      const actions = this.#actions();
      actions.afterCreation = (ctx, resource, record) => awaitCreationSignals(ctx, resource, record);
      const done = await goForward({
        desired,
        journal: this.#journal,
        actions,
        updatable: (type) => resourceTypeOf(this.#kernel, type)?.update !== undefined,
        tagsChanged: previous !== undefined && !isDeepStrictEqual(previous.Tags, revision.Tags),
        halted: () => this.#failure !== undefined || this.#stopping,
        onFailure: (logicalId) => {
          this.#failed.push(logicalId);
          this.#abort.abort(new Cancelled());
        },
      });
      this.#guard();
      if (!done) this.#failure ??= '';
      else {
        const outputs = outputsOf(desired);
        checkExports(this.#store, stack, outputs);
        this.#journal.change({ current: { ...revision, outputs, imports: lookups.imports() } });
      }
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof AwsError)) throw error;
      this.#failure = error.message;
    }
  }

  /** "The following resource(s) failed to create: [A, B]. Rollback requested by user." */
  #failureReason(kind: 'create' | 'update'): string {
    if (this.#failure) return this.#failure;
    const by = { create: 'CREATE_FAILED', import: 'IMPORT_FAILED', update: 'UPDATE_FAILED' } as const;
    const names = (status: string) =>
      [...this.#journal.resources.values()]
        .filter((record) => record.ResourceStatus === status)
        .map((record) => record.LogicalResourceId)
        .sort((a, b) => this.#failed.indexOf(a) - this.#failed.indexOf(b))
        .join(', ');
    const parts: string[] = [];
    if (names(by.create)) parts.push(`The following resource(s) failed to create: [${names(by.create)}]. `);
    if (names(by.import)) parts.push(`The following resource(s) failed to import: [${names(by.import)}]. `);
    if (kind === 'update' && names(by.update))
      parts.push(`The following resource(s) failed to update: [${names(by.update)}]. `);
    if (kind === 'create' && !this.#journal.stack.DisableRollback) parts.push('Rollback requested by user.');
    return parts.join('');
  }

  async #deleteEverything(about: { creation: boolean; done: StackStatus; failed: StackStatus }): Promise<void> {
    const { stack } = this.#journal;
    const forced = stack.DeletionMode === 'FORCE_DELETE_STACK';
    const retained = new Set(stack.RetainResources);
    const left = [...this.#journal.resources.values()].filter(
      ({ ResourceStatus }) => !['DELETE_COMPLETE', 'DELETE_SKIPPED'].includes(ResourceStatus),
    );
    const deletions = left.flatMap((record) => {
      const policy = policyFor(record, {
        creation: about.creation,
        retainExceptOnCreate: stack.RetainExceptOnCreate === true,
        type: resourceTypeOf(this.#kernel, record.ResourceType),
      });
      return [...olderOf(record), deletionOf(record, policy)];
    });
    const older = deletions.filter(({ old }) => old);
    const skip = (deletion: Deletion) => retained.has(deletion.record.LogicalResourceId);
    const parts = { journal: this.#journal, actions: this.#actions(), skip };
    const current = deletions.filter(({ old }) => !old);
    const done = (await deleteAll(older, parts)) && (await deleteAll(current, parts));
    this.#guard();
    const failed = left
      .map(({ LogicalResourceId }) => LogicalResourceId)
      .filter((name) => this.#journal.resources.get(name)?.ResourceStatus === 'DELETE_FAILED');
    if (!done && !forced) {
      this.#journal.status(about.failed, `The following resource(s) failed to delete: [${failed.join(', ')}]. `);
      return;
    }
    const deleted = about.done === 'DELETE_COMPLETE';
    this.#journal.status(
      about.done,
      undefined,
      deleted ? { DeletionTime: this.#kernel.clock.now(), previous: undefined } : {},
    );
  }

  async #rollBackUpdate(): Promise<void> {
    const { stack } = this.#journal;
    const skip = new Set(stack.ResourcesToSkip);
    const { previous } = stack;
    // Tags and names handed to resource types are those of the revision gone back to.
    if (previous) this.#journal.change({ current: previous });
    const done = await changeBack({ journal: this.#journal, actions: this.#actions(), skip });
    this.#guard();
    if (done) {
      this.#journal.status('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', undefined, { ResourcesToSkip: undefined });
      return;
    }
    const failed = [...this.#journal.resources.values()].filter(
      ({ ResourceStatus }) => ResourceStatus === 'UPDATE_FAILED',
    );
    const names = failed.map(({ LogicalResourceId }) => LogicalResourceId).join(', ');
    this.#journal.status('UPDATE_ROLLBACK_FAILED', `The following resource(s) failed to update: [${names}]. `);
  }

  /** What was replaced, made for nothing, or is no longer in the template. A failure leaves it behind, as on AWS. */
  async #cleanUp(done: 'UPDATE_COMPLETE' | 'UPDATE_ROLLBACK_COMPLETE'): Promise<void> {
    const { stack } = this.#journal;
    const { current } = stack;
    if (!current) throw new Error(`${stack.StackName} has no template`);
    const wanted =
      done === 'UPDATE_COMPLETE' ? desiredState(stack, current, stackLookups(this.#store, stack)).resources : undefined;
    const deletions: Deletion[] = [];
    for (const record of this.#journal.resources.values()) {
      const unwanted = wanted ? !Object.hasOwn(wanted, record.LogicalResourceId) : record.change?.kind === 'created';
      const gone = () => this.#journal.forget(record.LogicalResourceId);
      const policy = policyFor(record, {
        creation: !wanted,
        retainExceptOnCreate: stack.RetainExceptOnCreate === true,
        type: resourceTypeOf(this.#kernel, record.ResourceType),
      });
      if (unwanted) deletions.push({ ...deletionOf(record, policy), gone });
      else deletions.push(...olderOf(record));
    }
    await deleteAll(deletions, { journal: this.#journal, actions: this.#actions() });
    this.#guard();
    for (const record of [...this.#journal.resources.values()]) {
      if (record.PhysicalResourceId === undefined) this.#journal.forget(record.LogicalResourceId);
      else if (record.change) {
        const { change: _done, ...settled } = record;
        this.#journal.keep(settled);
      }
    }
    if (!wanted) this.#restorePolicies(stack, current);
    this.#journal.status(done, undefined, { previous: undefined });
  }

  /** Policies and metadata change without an action, so that going back to a revision takes none either. */
  #restorePolicies(stack: StackRecord, revision: Revision): void {
    const desired = desiredState(stack, revision, stackLookups(this.#store, stack));
    for (const record of [...this.#journal.resources.values()]) {
      if (!Object.hasOwn(desired.resources, record.LogicalResourceId)) continue;
      try {
        const settled = settledRecord(record, desired.resource(record.LogicalResourceId));
        if (settled !== record) this.#journal.keep(settled);
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
      }
    }
  }

  #actions(): ResourceActions {
    return new ResourceActions(this.#context(), this.#journal);
  }

  /** In the name of who deploys, or of the role the stack was given. */
  #context(): Context {
    const { stack } = this.#journal;
    const { signal } = this.#abort;
    const ctx = this.#kernel.context({ principal: stack.deployer, region: stack.region }).as({ signal });
    return stack.RoleARN === undefined ? ctx : asStackRole(ctx, stack.RoleARN);
  }

  #guard(): void {
    if (this.#stopping) throw new Interrupted();
  }
}

/** "CloudFormation service role": CloudFormation assumes it for every operation of the stack. */
export function asStackRole(ctx: Context, roleArn: string): Context {
  const authorizer = ctx.engine(authorization).current;
  if (!authorizer) throw new AwsError('ValidationError', `Role ${roleArn} is invalid or cannot be assumed`);
  const by = servicePrincipal('cloudformation.amazonaws.com', ctx.account);
  const { principal } = authorizer.assumeRole(ctx, { roleArn, sessionName: 'AWSCloudFormation', by });
  return ctx.as({ principal });
}

function inProgress(status: StackStatus): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}

function forwardStep(status: StackStatus): boolean {
  return status === 'CREATE_IN_PROGRESS' || status === 'UPDATE_IN_PROGRESS';
}

function deletionOf(record: ResourceRecord, policy: string | undefined): Deletion {
  return { record, dependencies: record.dependencies, policy, old: false, gone: () => undefined };
}

/** The other physical resource of a replacement, done or taken back. */
function olderOf(record: ResourceRecord): Deletion[] {
  const { change } = record;
  const before = change?.before;
  if (!change || !before || (change.kind !== 'replaced' && change.kind !== 'restored')) return [];
  if (before.PhysicalResourceId === undefined || before.PhysicalResourceId === record.PhysicalResourceId) return [];
  const policy = change.kind === 'replaced' ? before.UpdateReplacePolicy : undefined;
  const old = { LogicalResourceId: record.LogicalResourceId, ...before };
  return [{ record: old, dependencies: before.dependencies, policy, old: true, gone: () => undefined }];
}
