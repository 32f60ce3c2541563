import type {
  DescribeEventsCommandInput,
  DescribeEventsOutput,
  DescribeStackEventsCommandInput,
  DescribeStackEventsOutput,
  ResourceStatus,
} from '@aws-sdk/client-cloudformation';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import type { Context } from '../../../kernel/service.ts';
import { findChangeSet } from '../behaviour/change-set-record.ts';
import { findStack } from '../behaviour/find-stack.ts';
import { stackMissing } from '../errors.ts';

const pageSize = 100;

export function DescribeStackEvents(ctx: Context, input: DescribeStackEventsCommandInput): DescribeStackEventsOutput {
  const stack = findStack(ctx, input.StackName, stackMissing);
  const before = input.NextToken === undefined ? undefined : Number(input.NextToken);
  const events = ctx
    .engine(stackStore)
    .events(stack.StackId, { limit: pageSize, ...(before !== undefined && { before }) });
  return {
    StackEvents: events.map(({ event: { timeMs, ...event } }) => ({
      ...event,
      ResourceStatus: event.ResourceStatus as ResourceStatus,
      Timestamp: new Date(timeMs),
    })),
    NextToken: events.length === pageSize ? String(events.at(-1)?.number) : undefined,
  };
}

/** Events of the stack's operations in the newer form; CloudFormation's own early validation fails before a change set is kept. */
export function DescribeEvents(ctx: Context, input: DescribeEventsCommandInput): DescribeEventsOutput {
  const set = input.ChangeSetName === undefined ? undefined : findChangeSet(ctx, input);
  const { StackEvents = [], NextToken } = DescribeStackEvents(ctx, {
    StackName: set?.StackId ?? input.StackName,
    NextToken: input.NextToken,
  });
  const failed = input.Filters?.FailedEvents === true;
  const shown = set
    ? []
    : StackEvents.filter(({ ResourceStatus = '' }) => !failed || ResourceStatus.endsWith('_FAILED'));
  return {
    OperationEvents: shown.map(({ StackName: _name, ...event }) => ({ ...event, EventType: 'STACK_EVENT' as const })),
    NextToken: set ? undefined : NextToken,
  };
}
