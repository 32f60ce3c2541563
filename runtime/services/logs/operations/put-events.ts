import type { PutLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Context } from '../../../kernel/service.ts';
import { checkBatch, sortOut } from '../behaviour/batch-rules.ts';
import { eventTable } from '../behaviour/event-table.ts';
import { ingested } from '../behaviour/ingested.ts';
import { streamNotFound } from '../errors.ts';
import { cloudTime, groupAt } from '../state.ts';
import { sequenceToken } from './streams.ts';

export function PutLogEvents(ctx: Context, input: PutLogEventsCommandInput) {
  const group = groupAt(ctx, input);
  const table = ctx.engine(eventTable);
  const stream = table.stream(group.id, input.logStreamName ?? '');
  if (!stream) throw streamNotFound();
  const given = (input.logEvents ?? []).map(({ timestamp, message }) => ({
    timestamp: cloudTime(ctx, timestamp ?? 0),
    message: message ?? '',
  }));
  checkBatch(given);
  const nowMs = ctx.clock.now();
  const { accepted, bytes, rejectedLogEventsInfo } = sortOut(given, group, nowMs);
  if (accepted.length > 0) {
    const ids = table.insert(stream, accepted, { bytes, nowMs });
    ingested(ctx, {
      group,
      stream: stream.logStreamName,
      bytes,
      events: accepted.map((event, index) => ({ ...event, id: ids[index] ?? 0 })),
    });
  }
  return { nextSequenceToken: sequenceToken(stream), rejectedLogEventsInfo };
}
