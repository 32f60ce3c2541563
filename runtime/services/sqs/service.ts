import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { availability } from './behaviour/availability.ts';
import { messageTable } from './behaviour/message-table.ts';
import { publishQueueMetrics } from './behaviour/metrics.ts';
import { moveTasks, runMoveTask } from './behaviour/move-tasks.ts';
import { meterCall } from './behaviour/usage.ts';
import * as delivery from './operations/delivery.ts';
import * as moves from './operations/move-tasks.ts';
import * as permissionsAndTags from './operations/permissions-and-tags.ts';
import * as queueOperations from './operations/queues.ts';
import * as receive from './operations/receive.ts';
import * as send from './operations/send.ts';
import { Queue } from './resources/Queue.ts';
import { QueuePolicy } from './resources/QueuePolicy.ts';
import { numberAttribute, parseQueueUrl, queueArn, queues, queuesByArn } from './state.ts';

/** Messages past their retention are never given out; this is how often they are also deleted. */
const sweepMs = 60 * 60_000;

export default defineService({
  name: 'sqs',
  actionPrefix: 'sqs',
  nestedMembers: 'own',
  operations: { ...queueOperations, ...send, ...receive, ...delivery, ...permissionsAndTags, ...moves },
  resources: [Queue, QueuePolicy],
  authorization: authorize,
  accessDenied: { code: 'AccessDenied', status: 403 },
  start,
  usage: { calls: meterCall },
  fidelity: {
    'CreateQueue.Attributes.SqsManagedSseEnabled': 'stored',
    'CreateQueue.Attributes.FifoThroughputLimit': 'stored',
    'ReceiveMessage.ReceiveRequestAttemptId': { refused: 'receives of a FIFO queue are not replayed; leave it out.' },
  },
});

/** "Actions, resources, and condition keys for Amazon SQS" (Service Authorization Reference): batches need the single action. */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access {
  const action = `sqs:${operation.replace(/Batch$/, '')}`;
  if (operation === 'ListQueues') return { action, resource: queueArn(ctx.region, ctx.account, '*') };
  if (operation === 'CancelMessageMoveTask') return { action, resource: queueArn(ctx.region, ctx.account, '*') };
  const arn = (input.SourceArn as string | undefined) ?? arnOf(input, ctx);
  const queue = ctx.engine(queuesByArn).find(arn);
  return {
    action,
    resource: arn,
    resourcePolicy: queue?.attributes.Policy,
    ...(queue ? { resourceAccount: queue.account } : {}),
  };
}

function arnOf(input: Record<string, unknown>, ctx: Context): string {
  if (typeof input.QueueUrl !== 'string')
    return queueArn(
      ctx.region,
      (input.QueueOwnerAWSAccountId as string | undefined) ?? ctx.account,
      String(input.QueueName ?? ''),
    );
  const { account, name, region } = parseQueueUrl(ctx, input.QueueUrl);
  return queueArn(region, account, name);
}

function start(kernel: Kernel): Running {
  const table = kernel.engine(messageTable);
  for (const scope of kernel.store.scopes('sqs.queues')) {
    for (const queue of queues(kernel, scope).values()) {
      kernel.engine(availability).resume(queue);
      for (const task of moveTasks(kernel, queue).values())
        if (task.SourceArn === queue.QueueArn) runMoveTask(kernel, queue, task.id);
    }
  }
  const sweep = kernel.clock.every(
    sweepMs,
    'deletion of messages past their retention',
    () => {
      const nowMs = kernel.clock.now();
      table.forgetDuplicates(nowMs);
      for (const scope of kernel.store.scopes('sqs.queues')) {
        for (const queue of queues(kernel, scope).values()) {
          table.expire(queue.QueueArn, nowMs - numberAttribute(queue, 'MessageRetentionPeriod') * 1000);
        }
      }
    },
    { kind: 'retention' },
  );
  const metrics = publishQueueMetrics(kernel);
  return {
    stop() {
      sweep.cancel();
      metrics.stop();
    },
  };
}
