import type {
  CreateStackCommandInput,
  DeleteStackCommandInput,
  DescribeStacksCommandInput,
  DescribeStacksOutput,
  ListStacksCommandInput,
  ListStacksOutput,
  UpdateStackCommandInput,
  UpdateTerminationProtectionCommandInput,
} from '@aws-sdk/client-cloudformation';
import { deployments } from '../../../engines/cloudformation/deployment/deployments.ts';
import { importersOf } from '../../../engines/cloudformation/deployment/stack-lookups.ts';
import type { StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import type { Context } from '../../../kernel/service.ts';
import { begin, beginUpdate, checkDiffers, checkRole, checkUpdatable, newStack } from '../behaviour/begin.ts';
import { changeSets } from '../behaviour/change-set-record.ts';
import { describeStack } from '../behaviour/describe-stack.ts';
import { checkStackName, findStack } from '../behaviour/find-stack.ts';
import { lineage } from '../behaviour/lineage.ts';
import { page } from '../behaviour/pages.ts';
import { prepareRevision } from '../behaviour/revision.ts';
import { stackAlreadyExists, validationError } from '../errors.ts';

export async function CreateStack(ctx: Context, input: CreateStackCommandInput) {
  const StackName = input.StackName ?? '';
  checkStackName(StackName);
  const store = ctx.engine(stackStore);
  const existing = store.find(ctx, StackName);
  if (existing) {
    if (input.ClientRequestToken && existing.ClientRequestToken === input.ClientRequestToken)
      return { StackId: existing.StackId };
    throw stackAlreadyExists(StackName);
  }
  if (input.OnFailure !== undefined && input.DisableRollback !== undefined) {
    throw validationError('You can specify either OnFailure or DisableRollback but not both.');
  }
  const stack: StackRecord = {
    ...newStack(ctx, StackName, 'CREATE_IN_PROGRESS', input),
    OnFailure: input.OnFailure ?? 'ROLLBACK',
    EnableTerminationProtection: input.EnableTerminationProtection ?? false,
    ...(input.TimeoutInMinutes !== undefined && { TimeoutInMinutes: input.TimeoutInMinutes }),
    ...(input.StackPolicyBody !== undefined && { StackPolicyBody: input.StackPolicyBody }),
    ...ctx.engine(lineage).take(StackName),
  };
  checkRole(ctx, stack);
  const revision = await prepareRevision(ctx, stack, input);
  if (store.find(ctx, StackName)) throw stackAlreadyExists(StackName);
  begin(ctx, stack, 'CREATE_IN_PROGRESS', { current: revision });
  return { StackId: stack.StackId };
}

export async function UpdateStack(ctx: Context, input: UpdateStackCommandInput) {
  const stack = findStack(ctx, input.StackName, (name) => validationError(`Stack [${name}] does not exist`));
  checkUpdatable(stack);
  checkRole(ctx, input.RoleARN === undefined ? stack : input);
  const revision = await prepareRevision(ctx, stack, input);
  checkUpdatable(findStack(ctx, stack.StackId));
  checkDiffers(ctx, stack, revision);
  beginUpdate(ctx, withPolicy(stack, input.StackPolicyBody), revision, input);
  return { StackId: stack.StackId };
}

function withPolicy(stack: StackRecord, StackPolicyBody: string | undefined): StackRecord {
  return StackPolicyBody === undefined ? stack : { ...stack, StackPolicyBody };
}

export function DeleteStack(ctx: Context, input: DeleteStackCommandInput): void {
  const store = ctx.engine(stackStore);
  const stack = store.find(ctx, input.StackName ?? '');
  if (!stack || stack.StackStatus === 'DELETE_COMPLETE' || stack.StackStatus === 'DELETE_IN_PROGRESS') return;
  if (stack.EnableTerminationProtection) {
    throw validationError(`Stack [${stack.StackName}] cannot be deleted while TerminationProtection is enabled`);
  }
  if (
    stack.StackStatus.endsWith('_IN_PROGRESS') &&
    !['CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS'].includes(stack.StackStatus)
  ) {
    throw validationError(`Stack [${stack.StackId}] cannot be deleted while in status ${stack.StackStatus}`);
  }
  for (const { ExportName } of stack.current?.outputs ?? []) {
    const [importer] =
      ExportName === undefined ? [] : importersOf(store, stack, ExportName).filter((name) => name !== stack.StackName);
    if (importer) throw validationError(`Export ${ExportName} cannot be deleted as it is in use by ${importer}`);
  }
  for (const set of changeSets(ctx).values())
    if (set.StackId === stack.StackId) changeSets(ctx).delete(set.ChangeSetId);
  if (stack.StackStatus === 'CREATE_IN_PROGRESS') {
    // What is being created is cancelled, and its failure ends in the deletion.
    store.put({ ...stack, OnFailure: 'DELETE', DisableRollback: false });
    ctx.engine(deployments).cancel(stack.StackId, 'User Initiated');
    return;
  }
  if (input.RetainResources && stack.StackStatus !== 'DELETE_FAILED') {
    throw validationError(
      'Invalid operation on stack. RetainResources can only be specified for a stack in DELETE_FAILED state.',
    );
  }
  checkRole(ctx, input.RoleARN === undefined ? stack : input);
  begin(ctx, stack, 'DELETE_IN_PROGRESS', {
    ...(input.RoleARN !== undefined && { RoleARN: input.RoleARN }),
    RetainResources: input.RetainResources,
    DeletionMode: input.DeletionMode,
    ClientRequestToken: input.ClientRequestToken,
  });
}

export function DescribeStacks(ctx: Context, input: DescribeStacksCommandInput): DescribeStacksOutput {
  const store = ctx.engine(stackStore);
  if (input.StackName !== undefined) return { Stacks: [describeStack(ctx, findStack(ctx, input.StackName))] };
  const stacks = store
    .stacks(ctx)
    .values()
    .filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
    .sort((a, b) => b.CreationTime - a.CreationTime);
  const { items, NextToken } = page(stacks, input.NextToken, 100);
  return { Stacks: items.map((stack) => describeStack(ctx, stack)), NextToken };
}

export function ListStacks(ctx: Context, input: ListStacksCommandInput): ListStacksOutput {
  const wanted = input.StackStatusFilter;
  const stacks = ctx
    .engine(stackStore)
    .stacks(ctx)
    .values()
    .filter(({ StackStatus }) => !wanted || wanted.length === 0 || wanted.includes(StackStatus))
    .sort((a, b) => b.CreationTime - a.CreationTime);
  const { items, NextToken } = page(stacks, input.NextToken, 100);
  return {
    StackSummaries: items.map((stack) => {
      const {
        StackId,
        StackName,
        Description,
        CreationTime,
        LastUpdatedTime,
        DeletionTime,
        StackStatus,
        StackStatusReason,
        ParentId,
        RootId,
        DriftInformation,
      } = describeStack(ctx, stack);
      return {
        StackId,
        StackName,
        TemplateDescription: Description,
        CreationTime,
        LastUpdatedTime,
        DeletionTime,
        StackStatus,
        StackStatusReason,
        ParentId,
        RootId,
        DriftInformation: DriftInformation && { ...DriftInformation },
      };
    }),
    NextToken,
  };
}

export function UpdateTerminationProtection(ctx: Context, input: UpdateTerminationProtectionCommandInput) {
  const stack = findStack(ctx, input.StackName);
  ctx.engine(stackStore).put({ ...stack, EnableTerminationProtection: input.EnableTerminationProtection ?? false });
  return { StackId: stack.StackId };
}
