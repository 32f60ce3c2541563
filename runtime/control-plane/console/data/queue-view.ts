import { PersonError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { messageTable } from '../../../services/sqs/behaviour/message-table.ts';
import { peekMessages } from '../../../services/sqs/behaviour/peek.ts';
import { queues } from '../../../services/sqs/state.ts';

const shown = 50;

/** What lies in a queue, without receiving any of it. */
export async function queuePage(ctx: Context, name: string): Promise<object> {
  const queue = queues(ctx, ctx).get(name);
  if (!queue) throw new PersonError('no-such-queue', `There is no queue ${name}.`, 'It may have been deleted.');
  const { visible, inFlight, delayed } = ctx.engine(messageTable).counts(queue.QueueArn, ctx.clock.now());
  return { messages: await peekMessages(ctx, queue, shown), total: visible + inFlight + delayed };
}
