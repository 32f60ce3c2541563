import type { DescribeStackEventsCommandInput, DescribeStackEventsOutput, ResourceStatus } from '@aws-sdk/client-cloudformation';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import type { Context } from '../../../kernel/service.ts';
import { findStack } from '../behaviour/find-stack.ts';
import { stackMissing } from '../errors.ts';

const pageSize = 100;

export function DescribeStackEvents(ctx: Context, input: DescribeStackEventsCommandInput): DescribeStackEventsOutput {
  const stack = findStack(ctx, input.StackName, stackMissing);
  const before = input.NextToken === undefined ? undefined : Number(input.NextToken);
  const events = ctx.engine(stackStore).events(stack.StackId, { limit: pageSize, ...(before !== undefined && { before }) });
  return {
    StackEvents: events.map(({ event: { timeMs, ...event } }) => ({
      ...event,
      ResourceStatus: event.ResourceStatus as ResourceStatus,
      Timestamp: new Date(timeMs),
    })),
    NextToken: events.length === pageSize ? String(events.at(-1)?.number) : undefined,
  };
}
