import type {
  PutEventsCommandInput,
  PutEventsRequestEntry,
  PutEventsResultEntry,
  TestEventPatternCommandInput,
} from '@aws-sdk/client-eventbridge';
import type { Context } from '../../../kernel/service.ts';
import { newEvent } from '../behaviour/event.ts';
import { arrive, matchesPattern } from '../behaviour/matching.ts';
import { validation } from '../errors.ts';
import { busNamed, findBus } from '../state.ts';

/** "PutEvents": the entries' sizes together must be less than 1 MB. */
const sizeLimit = 1024 * 1024;

export function PutEvents(ctx: Context, input: PutEventsCommandInput) {
  const entries = input.Entries ?? [];

  if (entries.length < 1 || entries.length > 10)
    throw validation(
      `1 validation error detected: Value '[${entries.length} entries]' at 'entries' failed to satisfy constraint: Member must have length ${entries.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 10'}`,
    );
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= sizeLimit)
    throw validation('Total size of the entries in the request is over the limit.');
  const results = entries.map((entry) => take(ctx, entry));
  return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode).length, Entries: results };
}

/** "Calculating Amazon EventBridge PutEvents event entry size". */
function sizeOf({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return (Time ? 14 : 0) + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function take(ctx: Context, entry: PutEventsRequestEntry): PutEventsResultEntry {
  const missing = (['Source', 'DetailType', 'Detail'] as const).find((name) => !entry[name]);
  if (missing)
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
    };
  const { Source = '', DetailType = '', Detail = '', Resources = [], Time, TraceHeader } = entry;
  if (Source.startsWith('aws.') && ctx.principal.kind !== 'service')
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  const detail = objectOf(Detail);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const event = newEvent(ctx, ctx, {
    detailType: DetailType,
    source: Source,
    timeMs: Time?.getTime() ?? ctx.clock.now(),
    resources: Resources,
    detail,
  });
  const bus = findBus(ctx, busNamed(ctx, entry.EventBusName));
  // As on AWS an event for a bus that is not there is taken and goes nowhere.
  if (!bus) ctx.trace.note('dropped', `no event bus ${entry.EventBusName}`);
  else {
    const matched = arrive(ctx, bus, event, { traceHeader: TraceHeader ?? ctx.trace.header, hops: 0 });
    ctx.trace.note('rules', matched.join(' ') || 'none');
  }
  return { EventId: event.id };
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const required = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];

export function TestEventPattern(ctx: Context, input: TestEventPatternCommandInput) {
  const event = objectOf(input.Event ?? '') as Record<string, unknown> | undefined;
  if (!event) throw validation('Parameter Event is not valid.');
  const missing = required.find((name) => event[name] === undefined);
  if (missing) throw validation(`Parameter Event is not valid. Reason: The event must contain the field ${missing}.`);
  return { Result: matchesPattern(ctx, input.EventPattern ?? '', event) };
}
