import type { Context } from '../../../kernel/service.ts';
import { gigabyte } from '../../../kernel/usage.ts';
import { groupArn, type LogGroup } from '../state.ts';
import { emitEmbeddedMetrics } from './embedded-metrics.ts';
import { metricValues } from './metric-values.ts';
import { forward } from './subscriptions.ts';

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** Events were kept in a log stream. */
    'logs.events': {
      logGroupName: string;
      logStreamName: string;
      account: string;
      region: string;
      events: { timestamp: number; message: string }[];
    };
  }
}

/** Events that were just kept. */
export interface Ingested {
  group: LogGroup;
  stream: string;
  bytes: number;
  events: { id: number; timestamp: number; message: string }[];
}

/** What follows from new events: followers are told, they are counted, and filters see them. */
export function ingested(ctx: Context, batch: Ingested): void {
  const { group, stream, events, bytes } = batch;
  ctx.events.emit('logs.events', {
    logGroupName: group.logGroupName,
    logStreamName: stream,
    account: group.account,
    region: group.region,
    events,
  });
  ctx.events.emit('usage', {
    service: 'logs',
    usageType: group.logGroupClass === 'STANDARD' ? 'DataProcessing-Bytes' : 'DataProcessingIA-Bytes',
    amount: bytes / gigabyte,
    resource: groupArn(group),
    region: group.region,
    account: group.account,
    traces: [ctx.trace.traceId],
  });
  count(ctx, group, 'IncomingLogEvents', events.length, 'None');
  count(ctx, group, 'IncomingBytes', bytes, 'Bytes');
  if (group.logGroupClass !== 'STANDARD') return;
  ctx.engine(metricValues).apply(batch);
  emitEmbeddedMetrics(ctx, batch);
  forward(ctx, batch);
}

/** "CloudWatch Logs metrics": by group, and over all groups of the account. */
function count(ctx: Context, group: LogGroup, name: string, value: number, unit: string): void {
  for (const dimensions of [{ LogGroupName: group.logGroupName }, {}]) {
    ctx.events.emit('metric', {
      namespace: 'AWS/Logs',
      name,
      dimensions: dimensions as Record<string, string>,
      value,
      unit,
      timeMs: ctx.clock.now(),
      region: group.region,
      account: group.account,
    });
  }
}
