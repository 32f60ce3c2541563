import type {
  CancelMessageMoveTaskCommandInput,
  ListMessageMoveTasksCommandInput,
  StartMessageMoveTaskCommandInput,
} from '@aws-sdk/client-sqs';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { messageTable } from '../behaviour/message-table.ts';
import { type MoveTask, moveTasks, runMoveTask } from '../behaviour/move-tasks.ts';
import { invalidParameter, resourceNotFound, unsupportedOperation } from '../errors.ts';
import { queues, queuesByArn, redrivePolicy } from '../state.ts';

/** "Configure a dead-letter queue redrive" (Developer Guide): back to where each message came from, or to a queue named. */
export function StartMessageMoveTask(ctx: Context, input: StartMessageMoveTaskCommandInput) {
  const source = ctx.engine(queuesByArn).find(input.SourceArn ?? '');
  if (!source) throw resourceNotFound("The resource that you specified for the SourceArn parameter doesn't exist.");
  const feeds = queues(ctx, source)
    .values()
    .some((queue) => redrivePolicy(queue)?.deadLetterTargetArn === source.QueueArn);
  if (!feeds) throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
  if (input.DestinationArn && !ctx.engine(queuesByArn).find(input.DestinationArn)) {
    throw resourceNotFound("The resource that you specified for the DestinationArn parameter doesn't exist.");
  }
  const rate = input.MaxNumberOfMessagesPerSecond;
  if (rate !== undefined && (rate < 1 || rate > 500))
    throw invalidParameter('MaxNumberOfMessagesPerSecond must be between 1 and 500.');
  const tasks = moveTasks(ctx, source);
  if (tasks.values().some((task) => task.SourceArn === source.QueueArn && task.Status === 'RUNNING')) {
    throw unsupportedOperation(
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
  }
  const task: MoveTask = {
    id: ctx.ids.uuid(),
    SourceArn: source.QueueArn,
    DestinationArn: input.DestinationArn,
    MaxNumberOfMessagesPerSecond: rate,
    Status: 'RUNNING',
    ApproximateNumberOfMessagesMoved: 0,
    ApproximateNumberOfMessagesToMove: ctx.engine(messageTable).counts(source.QueueArn, ctx.clock.now()).visible,
    StartedTimestamp: ctx.clock.now(),
  };
  tasks.put(task.id, task);
  runMoveTask(ctx, source, task.id);
  return { TaskHandle: handleOf(task) };
}

export function CancelMessageMoveTask(ctx: Context, input: CancelMessageMoveTaskCommandInput) {
  const { taskId, sourceArn } = parseHandle(input.TaskHandle ?? '');
  const source = ctx.engine(queuesByArn).find(sourceArn);
  const tasks = source && moveTasks(ctx, source);
  const task = tasks?.get(taskId);
  if (!tasks || !task) throw resourceNotFound('Task does not exist.');
  if (task.Status !== 'RUNNING') throw unsupportedOperation('Only active tasks can be cancelled.');
  tasks.put(taskId, { ...task, Status: 'CANCELLED' });
  return { ApproximateNumberOfMessagesMoved: task.ApproximateNumberOfMessagesMoved };
}

export function ListMessageMoveTasks(ctx: Context, input: ListMessageMoveTasksCommandInput) {
  const source = ctx.engine(queuesByArn).find(input.SourceArn ?? '');
  if (!source) throw resourceNotFound("The resource that you specified for the SourceArn parameter doesn't exist.");
  const limit = input.MaxResults ?? 1;
  if (limit < 1 || limit > 10) throw invalidParameter('MaxResults must be between 1 and 10.');
  const found = moveTasks(ctx, source)
    .values()
    .filter((task) => task.SourceArn === source.QueueArn)
    .sort((a, b) => b.StartedTimestamp - a.StartedTimestamp);
  return {
    Results: found.slice(0, limit).map(({ id: _id, ...task }) => ({
      ...task,
      ...(task.Status === 'RUNNING' ? { TaskHandle: handleOf({ ...task, id: _id }) } : {}),
    })),
  };
}

function handleOf(task: MoveTask): string {
  return Buffer.from(JSON.stringify({ taskId: task.id, sourceArn: task.SourceArn })).toString('base64');
}

function parseHandle(handle: string): { taskId: string; sourceArn: string } {
  try {
    const value = JSON.parse(Buffer.from(handle, 'base64').toString()) as { taskId: string; sourceArn: string };
    if (parseArn(value.sourceArn)) return value;
  } catch {
    // Not one of ours: refused below.
  }
  throw invalidParameter('Value for parameter TaskHandle is invalid.');
}
