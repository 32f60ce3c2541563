import type { FilterLogEventsCommandInput, GetLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Context } from '../../../kernel/service.ts';
import { sizeOf } from '../behaviour/batch-rules.ts';
import { type EventRow, type EventTable, eventTable, type Position } from '../behaviour/event-table.ts';
import { compileFilter, type Filter } from '../behaviour/filter-pattern/filter.ts';
import { formatEventId, formatReadToken, parseReadToken, type ReadToken } from '../behaviour/positions.ts';
import { constraintViolation, invalidOperation, invalidParameter, streamNotFound } from '../errors.ts';
import { checkLimit, cloudTime, expiryMs, groupAt, type LogGroup } from '../state.ts';

/** A page holds at most 1 MB, as much as fits into the answer ("GetLogEvents", API Reference). */
const pageBytes = 1_048_576;
const pageEvents = 10_000;
/** A search answers with what it has and a token after this many events, as AWS's also does now and then. */
const searchedAtMost = 200_000;
const chunk = 1_000;
const beginning: Position = { timestamp: 0, id: 0 };
const end: Position = { timestamp: Number.MAX_SAFE_INTEGER, id: 0 };

export function GetLogEvents(ctx: Context, input: GetLogEventsCommandInput) {
  const group = readable(groupAt(ctx, input), 'GetLogEvents');
  const table = ctx.engine(eventTable);
  const stream = table.stream(group.id, input.logStreamName ?? '');
  if (!stream) throw streamNotFound();
  const limit = checkLimit(input.limit, pageEvents);
  const given = input.nextToken === undefined ? undefined : parseReadToken(input.nextToken);
  const token: ReadToken =
    given ?? (input.startFromHead ? { direction: 'f', position: beginning } : { direction: 'b', position: end });
  const range = { of: 'stream' as const, key: stream.id, ...window(ctx, group, input) };
  const found =
    token.direction === 'f' ? table.after(range, token.position, limit) : table.before(range, token.position, limit);
  const events = withinBytes(found);
  if (token.direction === 'b') events.reverse();
  const [first, last] = [events[0], events.at(-1)];
  const here = given?.position ?? { timestamp: Math.max(range.fromMs, 0), id: 0 };
  return {
    events: events.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: formatReadToken({ direction: 'f', position: last ?? beside(here, token, 'f') }),
    nextBackwardToken: formatReadToken({ direction: 'b', position: first ?? beside(here, token, 'b') }),
  };
}

/** With nothing found, the token of the same direction stays as it is, and the other one turns round before it. */
function beside(position: Position, token: ReadToken, direction: 'f' | 'b'): Position {
  if (token.direction === direction || position.id === 0) return position;
  return { timestamp: position.timestamp, id: position.id + (direction === 'f' ? -1 : 1) };
}

export function FilterLogEvents(ctx: Context, input: FilterLogEventsCommandInput) {
  const group = readable(groupAt(ctx, input), 'FilterLogEvents');
  const search: Search = {
    table: ctx.engine(eventTable),
    group,
    filter: compileFilter(input.filterPattern ?? ''),
    limit: checkLimit(input.limit, pageEvents),
    token: searchToken(input),
    ...streamsOf(ctx, group, input),
    ...window(ctx, group, input),
  };
  const { found, next } = runSearch(search);
  return {
    events: found.map((row) => ({
      logStreamName: search.nameOf(row.stream),
      timestamp: row.timestamp,
      message: row.message,
      ingestionTime: row.ingestionTime,
      eventId: formatEventId(row),
    })),
    searchedLogStreams: [],
    nextToken: next && formatReadToken(next),
  };
}

interface Search {
  table: EventTable;
  group: LogGroup;
  filter: Filter;
  limit: number;
  token: ReadToken;
  /** Undefined: every stream. */
  streams: Set<number> | undefined;
  nameOf: (stream: number) => string;
  fromMs: number;
  toMs: number;
}

function searchToken(input: FilterLogEventsCommandInput): ReadToken {
  if (input.nextToken !== undefined) return parseReadToken(input.nextToken);
  return input.startFromHead === false ? { direction: 'b', position: end } : { direction: 'f', position: beginning };
}

/** Goes through the group's events in order, from the token on, until the page is full or nothing is left. */
function runSearch(search: Search): { found: EventRow[]; next: ReadToken | undefined } {
  const { table, group, filter, limit, streams, token } = search;
  const only = streams?.size === 1 ? [...streams][0] : undefined;
  const range = {
    ...(only === undefined ? { of: 'groupId' as const, key: group.id } : { of: 'stream' as const, key: only }),
    fromMs: search.fromMs,
    toMs: search.toMs,
  };
  const found: EventRow[] = [];
  let { position } = token;
  let bytes = 0;
  for (let searched = 0; searched < searchedAtMost; searched += chunk) {
    const rows = token.direction === 'f' ? table.after(range, position, chunk) : table.before(range, position, chunk);
    for (const row of rows) {
      const wanted = (!streams || streams.has(row.stream)) && filter.matches(row.message);
      if (wanted) bytes += sizeOf(row.message);
      if (wanted && found.length > 0 && bytes > pageBytes)
        return { found, next: { direction: token.direction, position } };
      position = { timestamp: row.timestamp, id: row.id };
      if (wanted) found.push(row);
      if (found.length >= limit) return { found, next: { direction: token.direction, position } };
    }
    if (rows.length < chunk) return { found, next: undefined };
  }
  return { found, next: { direction: token.direction, position } };
}

function streamsOf(
  ctx: Context,
  group: LogGroup,
  input: FilterLogEventsCommandInput,
): Pick<Search, 'streams' | 'nameOf'> {
  const table = ctx.engine(eventTable);
  const names = new Map<number, string>();
  const nameOf = (id: number): string => {
    const name = names.get(id) ?? table.streamName(id);
    names.set(id, name);
    return name;
  };
  if (input.logStreamNames && input.logStreamNamePrefix !== undefined) {
    throw invalidParameter('Cannot specify both logStreamNames and logStreamNamePrefix');
  }
  if (input.logStreamNames) {
    if (input.logStreamNames.length > 100)
      throw constraintViolation(
        `[${input.logStreamNames.length} names]`,
        'logStreamNames',
        'Member must have length less than or equal to 100',
      );
    const ids = input.logStreamNames.map((name) => {
      const stream = table.stream(group.id, name);
      if (!stream) throw streamNotFound();
      return stream.id;
    });
    return { streams: new Set(ids), nameOf };
  }
  if (input.logStreamNamePrefix === undefined) return { streams: undefined, nameOf };
  const rows = table.streamsByName(group.id, {
    prefix: input.logStreamNamePrefix,
    after: undefined,
    descending: false,
    limit: 1_000_000,
  });
  return { streams: new Set(rows.map((row) => row.id)), nameOf };
}

/** From startTime on, before endTime, and never what is past the retention. */
function window(
  ctx: Context,
  group: LogGroup,
  input: { startTime?: number | undefined; endTime?: number | undefined },
) {
  const from = input.startTime === undefined ? 0 : cloudTime(ctx, input.startTime);
  const toMs = input.endTime === undefined ? Number.MAX_SAFE_INTEGER : cloudTime(ctx, input.endTime);
  return { fromMs: Math.max(from, expiryMs(group, ctx.clock.now())), toMs };
}

/** "Log classes", CloudWatch Logs User Guide: an Infrequent Access group is read by Insights only. */
function readable(group: LogGroup, operation: string): LogGroup {
  if (group.logGroupClass === 'INFREQUENT_ACCESS')
    throw invalidOperation(`${operation} is not supported for log groups with the INFREQUENT_ACCESS log class.`);
  return group;
}

function withinBytes(rows: EventRow[]): EventRow[] {
  let bytes = 0;
  const count = rows.findIndex((row, index) => {
    bytes += sizeOf(row.message);
    return index > 0 && bytes > pageBytes;
  });
  return count === -1 ? rows : rows.slice(0, count);
}
