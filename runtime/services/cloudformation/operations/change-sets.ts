import type {
  CreateChangeSetCommandInput,
  DeleteChangeSetCommandInput,
  DescribeChangeSetCommandInput,
  DescribeChangeSetOutput,
  ExecuteChangeSetCommandInput,
  ListChangeSetsCommandInput,
  ListChangeSetsOutput,
} from '@aws-sdk/client-cloudformation';
import { Journal } from '../../../engines/cloudformation/deployment/journal.ts';
import { type Plan, planChanges } from '../../../engines/cloudformation/deployment/planned-changes.ts';
import type { Revision, StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import { formatArn } from '../../../kernel/arn.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { begin, beginUpdate, checkRole, checkUpdatable, newStack, withOptions } from '../behaviour/begin.ts';
import {
  asChange,
  type ChangeSetRecord,
  changeSets,
  findChangeSet,
  putChangeSet,
} from '../behaviour/change-set-record.ts';
import { shownParameters } from '../behaviour/describe-stack.ts';
import { existingResources } from '../behaviour/existing-resources.ts';
import { checkStackName, findStack } from '../behaviour/find-stack.ts';
import { page } from '../behaviour/pages.ts';
import { prepareRevision } from '../behaviour/revision.ts';
import { asValidationError, invalidChangeSetStatus, validationError } from '../errors.ts';

export async function CreateChangeSet(ctx: Context, input: CreateChangeSetCommandInput) {
  const { ChangeSetName = '', StackName = '', ChangeSetType = 'UPDATE' } = input;
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(ChangeSetName)) {
    throw validationError(
      `1 validation error detected: Value '${ChangeSetName}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  }
  if (ChangeSetType === 'IMPORT') throw refused('A change set of type IMPORT', 'set ImportExistingResources instead.');
  const stack = stackFor(ctx, input, ChangeSetType);
  checkRole(ctx, input.RoleARN === undefined ? stack : input);
  const same = changeSets(ctx)
    .values()
    .find(
      (set) =>
        set.ChangeSetName === ChangeSetName &&
        set.StackId === stack.StackId &&
        set.ExecutionStatus !== 'EXECUTE_COMPLETE',
    );
  // A client that was not answered asks again under the same token.
  if (same && same.ClientToken !== undefined && same.ClientToken === input.ClientToken)
    return { Id: same.ChangeSetId, StackId: same.StackId };
  if (same)
    throw new AwsError(
      'AlreadyExistsException',
      `ChangeSet ${ChangeSetName} cannot be created due to a conflict with an existing change set of the same name`,
    );
  const revision = await prepareRevision(ctx, stack, input);
  const plan = planFor(ctx, stack, revision);
  if (input.ImportExistingResources) await adoptExisting(ctx, stack, revision, plan);
  const store = ctx.engine(stackStore);
  if (!store.find(ctx, stack.StackId)) {
    store.put(stack);
    new Journal(store, ctx.clock, stack).status('REVIEW_IN_PROGRESS', 'User Initiated');
  }
  const record = newChangeSet(ctx, {
    input,
    stack,
    revision,
    plan,
    type: ChangeSetType === 'CREATE' ? 'CREATE' : 'UPDATE',
    StackName,
  });
  putChangeSet(ctx, record);
  return { Id: record.ChangeSetId, StackId: stack.StackId };
}

function stackFor(ctx: Context, input: CreateChangeSetCommandInput, type: string): StackRecord {
  const { StackName = '' } = input;
  const existing = ctx.engine(stackStore).find(ctx, StackName);
  if (type === 'CREATE') {
    if (existing && existing.StackStatus !== 'REVIEW_IN_PROGRESS') {
      throw validationError(
        `Stack [${existing.StackName}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`,
      );
    }
    if (existing) return existing;
    checkStackName(StackName);
    return newStack(ctx, StackName, 'REVIEW_IN_PROGRESS', input);
  }
  const stack = findStack(ctx, StackName, (name) => validationError(`Stack [${name}] does not exist`));
  checkUpdatable(stack);
  return stack;
}

function planFor(ctx: Context, stack: StackRecord, revision: Revision): Plan {
  try {
    return planChanges(ctx.engine(stackStore), stack, revision);
  } catch (error) {
    throw asValidationError(error);
  }
}

async function adoptExisting(ctx: Context, stack: StackRecord, revision: Revision, plan: Plan): Promise<void> {
  const adopts = await existingResources(ctx, stack, plan.changes);
  revision.adopts = adopts;
  for (const change of plan.changes) {
    const physicalId = adopts[change.logicalId];
    if (physicalId !== undefined) Object.assign(change, { action: 'Import', physicalId });
  }
}

interface NewChangeSet {
  input: CreateChangeSetCommandInput;
  stack: StackRecord;
  revision: Revision;
  plan: Plan;
  type: 'CREATE' | 'UPDATE';
  StackName: string;
}

function newChangeSet(ctx: Context, { input, stack, revision, plan, type }: NewChangeSet): ChangeSetRecord {
  const changed =
    type === 'CREATE' || plan.changes.length > 0 || plan.othersDiffer || stack.StackStatus.endsWith('_FAILED');
  const { Capabilities, NotificationARNs, RoleARN } = input;
  const ChangeSetName = input.ChangeSetName ?? '';
  return {
    ChangeSetId: formatArn('cloudformation', ctx.region, ctx.account, `changeSet/${ChangeSetName}/${ctx.ids.uuid()}`),
    ChangeSetName,
    StackId: stack.StackId,
    StackName: stack.StackName,
    ChangeSetType: type,
    ...(input.Description !== undefined && { Description: input.Description }),
    ...(input.ClientToken !== undefined && { ClientToken: input.ClientToken }),
    CreationTime: ctx.clock.now(),
    Status: changed ? 'CREATE_COMPLETE' : 'FAILED',
    ...(!changed && {
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    }),
    ExecutionStatus: changed ? 'AVAILABLE' : 'UNAVAILABLE',
    revision,
    changes: plan.changes.map(asChange),
    options: { Capabilities, NotificationARNs, RoleARN },
    ...(input.OnStackFailure !== undefined && { OnStackFailure: input.OnStackFailure }),
    IncludeNestedStacks: input.IncludeNestedStacks ?? false,
    ...(input.ImportExistingResources !== undefined && { ImportExistingResources: input.ImportExistingResources }),
  };
}

export function DescribeChangeSet(ctx: Context, input: DescribeChangeSetCommandInput): DescribeChangeSetOutput {
  const set = findChangeSet(ctx, input);
  const { items, NextToken } = page(set.changes, input.NextToken, 100);
  const { revision, options } = set;
  return {
    ChangeSetName: set.ChangeSetName,
    ChangeSetId: set.ChangeSetId,
    StackId: set.StackId,
    StackName: set.StackName,
    Description: set.Description,
    Parameters: Object.keys(revision.parameters).length > 0 ? shownParameters(revision) : undefined,
    CreationTime: new Date(set.CreationTime),
    ExecutionStatus: set.ExecutionStatus,
    Status: set.Status,
    StatusReason: set.StatusReason,
    NotificationARNs: options.NotificationARNs ?? [],
    RollbackConfiguration: {},
    Capabilities: options.Capabilities as DescribeChangeSetOutput['Capabilities'],
    Tags: revision.Tags,
    Changes: input.IncludePropertyValues ? items : items.map(withoutValues),
    NextToken,
    IncludeNestedStacks: set.IncludeNestedStacks,
    OnStackFailure: set.OnStackFailure,
    ImportExistingResources: set.ImportExistingResources,
  };
}

/** Values and contexts come only with IncludePropertyValues, and then details go down to paths. */
function withoutValues(change: ChangeSetRecord['changes'][number]): ChangeSetRecord['changes'][number] {
  const { BeforeContext: _before, AfterContext: _after, Details = [], ...rest } = change.ResourceChange ?? {};
  const plain = Details.map(({ Target, ...detail }) => ({
    ...detail,
    Target: { Attribute: Target?.Attribute, Name: Target?.Name, RequiresRecreation: Target?.RequiresRecreation },
  }));
  return { ...change, ResourceChange: { ...rest, Details: plain } };
}

export function ExecuteChangeSet(ctx: Context, input: ExecuteChangeSetCommandInput) {
  const set = findChangeSet(ctx, input);
  if (set.ExecutionStatus !== 'AVAILABLE') {
    throw invalidChangeSetStatus(
      `ChangeSet [${set.ChangeSetId}] cannot be executed in its current execution status of [${set.ExecutionStatus}]`,
    );
  }
  const stack = findStack(ctx, set.StackId);
  const { ClientRequestToken, DisableRollback, RetainExceptOnCreate } = input;
  const options = { ...set.options, ClientRequestToken, DisableRollback, RetainExceptOnCreate };
  const failing = { OnFailure: set.OnStackFailure ?? (stack.OnFailure as 'ROLLBACK') };
  const marked = { ...stack, ...failing, ChangeSetId: set.ChangeSetId };
  if (stack.StackStatus === 'REVIEW_IN_PROGRESS')
    begin(ctx, marked, 'CREATE_IN_PROGRESS', { ...withOptions(options), current: set.revision });
  else {
    checkUpdatable(stack);
    beginUpdate(
      ctx,
      marked,
      { ...set.revision, outputs: stack.current?.outputs ?? [], imports: stack.current?.imports ?? [] },
      options,
    );
  }
  for (const other of changeSets(ctx).values()) {
    if (other.StackId === set.StackId && other.ChangeSetId !== set.ChangeSetId)
      putChangeSet(ctx, other, { gone: true });
  }
  putChangeSet(ctx, { ...set, ExecutionStatus: 'EXECUTE_COMPLETE' });
  return {};
}

export function DeleteChangeSet(ctx: Context, input: DeleteChangeSetCommandInput) {
  try {
    putChangeSet(ctx, findChangeSet(ctx, input), { gone: true });
  } catch (error) {
    // Deleting what is not there succeeds; a stack that is not there is told.
    if (!(error instanceof AwsError) || error.code !== 'ChangeSetNotFound') throw error;
    if (input.StackName !== undefined)
      findStack(ctx, input.StackName, (name) => validationError(`Stack [${name}] does not exist`));
  }
  return {};
}

export function ListChangeSets(ctx: Context, input: ListChangeSetsCommandInput): ListChangeSetsOutput {
  const stack = findStack(ctx, input.StackName, (name) => validationError(`Stack [${name}] does not exist`));
  const sets = changeSets(ctx)
    .values()
    .filter((set) => set.StackId === stack.StackId);
  const { items, NextToken } = page(sets, input.NextToken, 100);
  return {
    Summaries: items.map((set) => ({
      StackId: set.StackId,
      StackName: set.StackName,
      ChangeSetId: set.ChangeSetId,
      ChangeSetName: set.ChangeSetName,
      ExecutionStatus: set.ExecutionStatus,
      Status: set.Status,
      StatusReason: set.StatusReason,
      CreationTime: new Date(set.CreationTime),
      Description: set.Description,
      IncludeNestedStacks: set.IncludeNestedStacks,
    })),
    NextToken,
  };
}
