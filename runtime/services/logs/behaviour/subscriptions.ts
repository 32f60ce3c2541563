import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { groupArn, type LogGroup } from '../state.ts';
import { compiledFilters } from './compiled-filters.ts';
import { type SubscriptionFilter, subscriptionFilters } from './filters.ts';
import type { Ingested } from './ingested.ts';
import { formatEventId } from './positions.ts';

const compress = promisify(gzip);

/** Sends what matches a subscription filter to its function, beside the request that brought it. */
export function forward(ctx: Context, batch: Ingested): void {
  for (const filter of subscriptionFilters(ctx, batch.group)) {
    const compiled = ctx.engine(compiledFilters).of(filter.filterPattern);
    const events = batch.events.filter(({ message }) => compiled.matches(message));
    if (events.length > 0) void ctx.clock.track(deliver(ctx, { ...batch, events }, filter));
  }
}

/** "Subscription filters with AWS Lambda": the events as JSON, compressed with gzip, in base64. */
async function deliver(ctx: Context, batch: Ingested, filter: SubscriptionFilter): Promise<void> {
  const { group, stream, events } = batch;
  const data = {
    messageType: 'DATA_MESSAGE',
    owner: group.account,
    logGroup: group.logGroupName,
    logStream: stream,
    subscriptionFilters: [filter.filterName],
    logEvents: events.map((event) => ({
      id: formatEventId(event),
      timestamp: event.timestamp,
      message: event.message,
    })),
  };
  const packed = await compress(JSON.stringify(data));
  const Payload = Buffer.from(JSON.stringify({ awslogs: { data: packed.toString('base64') } }));
  try {
    await invoke(ctx, group, { FunctionName: filter.destinationArn, InvocationType: 'Event', Payload });
    count(ctx, batch, filter, { ForwardedLogEvents: events.length, ForwardedBytes: packed.length });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    count(ctx, batch, filter, { DeliveryErrors: 1 });
  }
}

/** As CloudWatch Logs, whom the function's own policy must let in; goes on when the caller that brought the events has gone. */
export function invoke(
  ctx: Context,
  group: LogGroup,
  input: { FunctionName: string; InvocationType: string; Payload?: Buffer },
): Promise<object> {
  const principal = servicePrincipal('logs.amazonaws.com', group.account, { sourceArn: `${groupArn(group)}:*` });
  return ctx.call('lambda', 'Invoke', input, { principal, region: group.region, signal: new AbortController().signal });
}

/** "CloudWatch Logs metrics": by group, kind of destination and filter. */
function count(ctx: Context, { group }: Ingested, filter: SubscriptionFilter, values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) {
    ctx.events.emit('metric', {
      namespace: 'AWS/Logs',
      name,
      dimensions: { LogGroupName: group.logGroupName, DestinationType: 'Lambda', FilterName: filter.filterName },
      value,
      unit: name === 'ForwardedBytes' ? 'Bytes' : 'None',
      timeMs: ctx.clock.now(),
      region: group.region,
      account: group.account,
    });
  }
}
