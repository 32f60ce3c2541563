import type {
  DescribeStackResourceCommandInput,
  DescribeStackResourceOutput,
  DescribeStackResourcesCommandInput,
  DescribeStackResourcesOutput,
  ListStackResourcesCommandInput,
  ListStackResourcesOutput,
  StackResourceDriftStatus,
} from '@aws-sdk/client-cloudformation';
import type { ResourceRecord, StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import type { Context } from '../../../kernel/service.ts';
import { findStack } from '../behaviour/find-stack.ts';
import { page } from '../behaviour/pages.ts';
import { checkOwnStack } from '../behaviour/shown-instance.ts';
import { stackMissing, validationError } from '../errors.ts';

export async function DescribeStackResource(
  ctx: Context,
  input: DescribeStackResourceCommandInput,
): Promise<DescribeStackResourceOutput> {
  const stack = findStack(ctx, input.StackName, (name) => validationError(`Stack '${name}' does not exist`));
  await checkOwnStack(ctx, 'DescribeStackResource', stack.StackId);
  const record = ctx
    .engine(stackStore)
    .resources(stack.StackId)
    .get(input.LogicalResourceId ?? '');
  if (!record) throw validationError(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.StackName}`);
  return {
    StackResourceDetail: {
      StackId: stack.StackId,
      StackName: stack.StackName,
      ...describeResource(record),
      LastUpdatedTimestamp: new Date(record.timeMs),
      Metadata: record.Metadata ?? '{}',
    },
  };
}

export function DescribeStackResources(
  ctx: Context,
  input: DescribeStackResourcesCommandInput,
): DescribeStackResourcesOutput {
  const stack =
    input.StackName === undefined
      ? stackOfPhysical(ctx, input.PhysicalResourceId)
      : findStack(ctx, input.StackName, stackMissing);
  const records = [...ctx.engine(stackStore).resources(stack.StackId).values()].filter(
    ({ LogicalResourceId }) => input.LogicalResourceId === undefined || LogicalResourceId === input.LogicalResourceId,
  );
  return {
    StackResources: records.map((record) => ({
      StackId: stack.StackId,
      StackName: stack.StackName,
      ...describeResource(record),
      Timestamp: new Date(record.timeMs),
    })),
  };
}

function stackOfPhysical(ctx: Context, physicalId: string | undefined): StackRecord {
  const store = ctx.engine(stackStore);
  const found = store
    .stacks(ctx)
    .values()
    .find(
      ({ StackId, StackStatus }) =>
        StackStatus !== 'DELETE_COMPLETE' &&
        [...store.resources(StackId).values()].some((record) => record.PhysicalResourceId === physicalId),
    );
  if (physicalId === undefined || !found) throw validationError(`Stack for ${physicalId} does not exist`);
  return found;
}

export function ListStackResources(ctx: Context, input: ListStackResourcesCommandInput): ListStackResourcesOutput {
  const stack = findStack(ctx, input.StackName);
  const { items, NextToken } = page(
    [...ctx.engine(stackStore).resources(stack.StackId).values()],
    input.NextToken,
    100,
  );
  return {
    StackResourceSummaries: items.map((record) => ({
      ...describeResource(record),
      LastUpdatedTimestamp: new Date(record.timeMs),
    })),
    NextToken,
  };
}

function describeResource(record: ResourceRecord) {
  const { LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus, ResourceStatusReason, drift } = record;
  return {
    LogicalResourceId,
    PhysicalResourceId,
    ResourceType,
    ResourceStatus,
    ResourceStatusReason,
    DriftInformation: {
      StackResourceDriftStatus: (drift?.status ?? 'NOT_CHECKED') as StackResourceDriftStatus,
      LastCheckTimestamp: drift && new Date(drift.checkedMs),
    },
  };
}
