import { AwsError } from '../../../kernel/errors.ts';
import type { ResourceState, ResourceType } from '../../../kernel/resource.ts';
import type { Context } from '../../../kernel/service.ts';
import { conformProperties } from '../properties/conform.ts';
import { specificationOf } from '../specification/specification.ts';
import type { ResourceChangeRecord, ResourceRecord } from '../stacks/records.ts';
import { TemplateError } from '../template/template.ts';
import { type DesiredResource, isCustom } from './desired-state.ts';
import { hasDynamicReference, resolveDynamicReferences } from './dynamic-references.ts';
import { alreadyExists, failureReason, Interrupted } from './failure-reason.ts';
import type { Journal } from './journal.ts';
import { type DeploymentContext, resourceContext } from './resource-context.ts';
import { resourceTypeOf } from './resource-types.ts';

/**
 * Makes, changes and removes one resource through its type, and journals it. Each returns whether it succeeded; only
 * an interruption (the runtime stops) is thrown.
 */
export class ResourceActions {
  readonly #ctx: Context;
  readonly #journal: Journal;

  constructor(ctx: Context, journal: Journal) {
    this.#ctx = ctx;
    this.#journal = journal;
  }

  async create(logicalId: string, desired: DesiredResource, change?: ResourceChangeRecord): Promise<boolean> {
    const replacing = change?.kind === 'replaced' ? change.before : undefined;
    const [begun, done, failed] = replacing
      ? (['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE', 'UPDATE_FAILED'] as const)
      : (['CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'CREATE_FAILED'] as const);
    let record = this.#journal.resource(
      newRecord(logicalId, desired, {
        change,
        physicalId: replacing?.PhysicalResourceId,
        clockMs: this.#ctx.clock.now(),
      }),
      begun,
      replacing && 'Requested update requires the creation of a new physical resource; hence creating one.',
    );
    // Until the new one is there, the record goes on standing for the old one.
    try {
      const ctx = this.#context(logicalId, desired, (name) => {
        record = this.#journal.keep({ ...record, generatedName: name });
      });
      const properties = await this.#final(ctx, desired.type, desired.properties);
      this.#guard();
      const state = await this.#tracked(desired.type, this.#type(desired.type).create(ctx, properties));
      record = withState(record, state);
      this.#guard(record);
      record = this.#journal.resource(record, begun, 'Resource creation Initiated');
      await this.afterCreation?.(ctx, desired, record);
      this.#guard();
      this.#journal.resource(record, done);
      return true;
    } catch (error) {
      this.#guard();
      const physicalId = partlyCreated(error);
      if (physicalId !== undefined) record = { ...record, PhysicalResourceId: physicalId };
      this.#journal.resource(record, failed, this.#reason(error, replacing !== undefined, logicalId));
      return false;
    }
  }

  /** Takes what exists into the stack. The template's values count from here on; drift tells where it differs. */
  async adopt(
    logicalId: string,
    desired: DesiredResource,
    physicalId: string,
    change?: ResourceChangeRecord,
  ): Promise<boolean> {
    const record: ResourceRecord = {
      ...newRecord(logicalId, desired, { change, physicalId, clockMs: this.#ctx.clock.now() }),
      adopted: true,
    };
    this.#journal.resource(record, 'IMPORT_IN_PROGRESS', 'Resource import started.');
    try {
      const ctx = this.#context(logicalId, desired);
      const type = this.#type(desired.type);
      const properties = await this.#final(ctx, desired.type, desired.properties);
      this.#guard();
      if (!type.update) throw new Error(`${desired.type} has no update`);
      // An update to what it is already: only to learn its attributes.
      const { attributes = {} } = await this.#tracked(
        desired.type,
        type.update(ctx, physicalId, properties, properties),
      );
      this.#guard();
      this.#journal.resource({ ...record, attributes }, 'IMPORT_COMPLETE', 'Resource import completed.');
      return true;
    } catch (error) {
      this.#guard();
      this.#journal.resource(record, 'IMPORT_FAILED', this.#reason(error, false, logicalId));
      return false;
    }
  }

  /**
   * The end of the process took the answer of a creation with it: what was made has no known id. Creating it again under
   * the same name makes it or, where that is idempotent, gives the id of what is there; either can then be deleted. What
   * answers that it exists already is left, for it may be somebody else's.
   */
  async findLost(record: ResourceRecord): Promise<void> {
    const { LogicalResourceId: logicalId, ResourceType: resourceType, generatedName } = record;
    if (isCustom(resourceType) || resourceType.startsWith('AWS::CloudFormation::')) return;
    try {
      const ctx = resourceContext(this.#ctx, this.#journal.stack, { logicalId, resourceType, generatedName });
      const properties = await this.#final(ctx, resourceType, record.properties);
      const state = await this.#tracked(resourceType, this.#type(resourceType).create(ctx, properties));
      this.#journal.keep(withState(record, state));
    } catch (error) {
      if (!(error instanceof AwsError || error instanceof TemplateError)) throw error;
    }
    this.#guard();
  }

  /** Waits for the signals of a creation policy. */
  afterCreation?: (ctx: DeploymentContext, desired: DesiredResource, record: ResourceRecord) => Promise<void>;

  async update(record: ResourceRecord, desired: DesiredResource, change: ResourceChangeRecord): Promise<boolean> {
    const { LogicalResourceId: logicalId } = record;
    let next = this.#journal.resource({ ...record, change }, 'UPDATE_IN_PROGRESS');
    try {
      const ctx = this.#context(logicalId, desired);
      const type = this.#type(desired.type);
      const properties = await this.#final(ctx, desired.type, desired.properties);
      const previous = await this.#final(ctx, desired.type, record.properties).catch(() => record.properties);
      this.#guard();
      if (!type.update) throw new Error(`${desired.type} has no update`);
      const state = await this.#tracked(
        desired.type,
        type.update(ctx, record.PhysicalResourceId ?? '', properties, previous),
      );
      // A type may bring forth another physical resource by itself, as custom resources do: the old one is cleaned up.
      const replaced = state.physicalId !== record.PhysicalResourceId;
      const attributes = state.attributes ?? record.attributes;
      next = {
        ...newRecord(logicalId, desired, {
          change: replaced ? { ...change, kind: 'replaced' } : change,
          physicalId: state.physicalId,
          clockMs: this.#ctx.clock.now(),
        }),
        attributes,
      };
      this.#guard(next);
      this.#journal.resource(next, 'UPDATE_COMPLETE');
      return true;
    } catch (error) {
      this.#guard();
      this.#journal.resource(next, 'UPDATE_FAILED', this.#reason(error, false, logicalId));
      return false;
    }
  }

  /** Removes a physical resource; success when it was already gone. The record is the caller's to forget. */
  async remove(record: Removable, options: { keepStatus?: boolean; snapshot?: boolean } = {}): Promise<boolean> {
    const note = (status: 'DELETE_IN_PROGRESS' | 'DELETE_COMPLETE' | 'DELETE_FAILED', reason?: string): void => {
      if (options.keepStatus) this.#journal.tell(record, status, reason);
      else this.#journal.resource(record as ResourceRecord, status, reason);
    };
    const physicalId = record.PhysicalResourceId ?? record.generatedName;
    if (physicalId === undefined) return true;
    note('DELETE_IN_PROGRESS');
    try {
      const type = this.#type(record.ResourceType);
      const ctx = this.#context(record.LogicalResourceId, { type: record.ResourceType });
      const properties = await this.#final(ctx, record.ResourceType, record.properties).catch(() => record.properties);
      this.#guard();
      const going =
        options.snapshot && type.deleteWithSnapshot
          ? type.deleteWithSnapshot(ctx, physicalId, properties)
          : type.delete(ctx, physicalId, properties);
      await this.#tracked(record.ResourceType, going);
      this.#guard();
      note('DELETE_COMPLETE');
      return true;
    } catch (error) {
      this.#guard();
      if (error instanceof AwsError && record.PhysicalResourceId === undefined) return true;
      note('DELETE_FAILED', failureReason(error, this.#ctx.ids));
      return false;
    }
  }

  #context(
    logicalId: string,
    { type, CreationPolicy, UpdatePolicy }: Pick<DesiredResource, 'type'> & Partial<DesiredResource>,
    onName?: (name: string) => void,
  ): DeploymentContext {
    const identity = { logicalId, resourceType: type, policies: { CreationPolicy, UpdatePolicy } };
    return resourceContext(this.#ctx, this.#journal.stack, { ...identity, ...(onName && { onName }) });
  }

  #type(name: string): ResourceType {
    const type = resourceTypeOf(this.#ctx, name);
    if (!type) throw new TemplateError(`Orrery has no resource type ${name}`);
    return type;
  }

  /** A wind waits for work, but not for what itself waits: for a provider's answer, for signals, for an embedded stack. */
  #tracked<T>(type: string, work: Promise<T>): Promise<T> {
    return isCustom(type) || type.startsWith('AWS::CloudFormation::') ? work : this.#ctx.clock.track(work);
  }

  /** Dynamic references worked out now; what they give has its type checked only here. */
  async #final(ctx: Context, typeName: string, properties: Record<string, unknown>): Promise<Record<string, unknown>> {
    if (!hasDynamicReference(properties)) return properties;
    const resolved = await resolveDynamicReferences(ctx, properties);
    const specification = isCustom(typeName) ? undefined : specificationOf(typeName);
    return specification ? conformProperties(resolved, specification, []).properties : resolved;
  }

  /** Nothing is written once the runtime stops, but what was just made: it must not be lost. */
  #guard(made?: ResourceRecord): void {
    if (!runtimeStops(this.#ctx)) return;
    if (made) this.#journal.keep(made);
    throw new Interrupted();
  }

  #reason(error: unknown, replacing: boolean, logicalId: string): string {
    if (replacing && alreadyExists(error)) {
      const { stack } = this.#journal;
      return `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${stack.StackName}/${logicalId} and update the stack again. (${(error as Error).message})`;
    }
    return failureReason(error, this.#ctx.ids);
  }
}

export type Removable = Pick<
  ResourceRecord,
  'LogicalResourceId' | 'PhysicalResourceId' | 'ResourceType' | 'properties' | 'generatedName'
>;

/** The signal of the runtime, not of the deployment: see `deployments`. */
function runtimeStops(ctx: Context): boolean {
  return ctx.signal.aborted && ctx.signal.reason instanceof Interrupted;
}

function newRecord(
  logicalId: string,
  desired: DesiredResource,
  about: { change: ResourceChangeRecord | undefined; physicalId: string | undefined; clockMs: number },
): ResourceRecord {
  const record: ResourceRecord = {
    LogicalResourceId: logicalId,
    ResourceType: desired.type,
    ResourceStatus: 'CREATE_IN_PROGRESS',
    timeMs: about.clockMs,
    properties: desired.properties,
    attributes: {},
    dependencies: desired.dependencies,
  };
  if (about.physicalId !== undefined) record.PhysicalResourceId = about.physicalId;
  if (about.change) record.change = about.change;
  if (desired.Metadata !== undefined) record.Metadata = desired.Metadata;
  if (desired.DeletionPolicy !== undefined) record.DeletionPolicy = desired.DeletionPolicy;
  if (desired.UpdateReplacePolicy !== undefined) record.UpdateReplacePolicy = desired.UpdateReplacePolicy;
  return record;
}

function withState(record: ResourceRecord, state: ResourceState): ResourceRecord {
  const next = { ...record, PhysicalResourceId: state.physicalId, attributes: state.attributes ?? {} };
  delete next.generatedName;
  return next;
}

/** A creation that failed may say what it left behind (custom resources are told to delete it). */
function partlyCreated(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('physicalId' in error)) return undefined;
  return typeof error.physicalId === 'string' ? error.physicalId : undefined;
}
