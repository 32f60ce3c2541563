import type { Context } from '../../../kernel/service.ts';

export type MetricName =
  | 'Invocations'
  | 'Errors'
  | 'Duration'
  | 'Throttles'
  | 'ConcurrentExecutions'
  | 'AsyncEventsReceived'
  | 'AsyncEventAge'
  | 'AsyncEventsDropped'
  | 'DeadLetterErrors'
  | 'DestinationDeliveryFailures'
  | 'IteratorAge';

/** "Types of metrics for Lambda functions": FunctionName always, and Resource (name:alias) where one was named. */
export function emitMetric(
  about: { ctx: Pick<Context, 'events' | 'clock' | 'account' | 'region'>; name: string; resource?: string | undefined },
  metric: MetricName,
  value: number,
  unit: 'Count' | 'Milliseconds',
): void {
  const { ctx, name, resource } = about;
  const base = {
    namespace: 'AWS/Lambda',
    name: metric,
    value,
    unit,
    timeMs: ctx.clock.now(),
    region: ctx.region,
    account: ctx.account,
  };
  ctx.events.emit('metric', { ...base, dimensions: { FunctionName: name } });
  if (resource) ctx.events.emit('metric', { ...base, dimensions: { FunctionName: name, Resource: resource } });
  if (metric === 'ConcurrentExecutions') ctx.events.emit('metric', { ...base, dimensions: {} });
}
