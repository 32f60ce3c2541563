import { formatArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import type { CallUsage, MeteredCall } from '../../../kernel/usage.ts';
import type { Bus } from '../state.ts';

/** "Amazon EventBridge pricing": every 64 KB chunk of a custom event is an event; those of AWS services are free. */
const chunkBytes = 64 * 1024;

interface Entry {
  Detail?: string;
  EventBusName?: string;
}

export function meterCall({ operation, input, output, errorCode, ctx }: MeteredCall): readonly CallUsage[] {
  if (operation !== 'PutEvents' || errorCode !== undefined || ctx.principal.kind === 'service') return [];
  const results: { ErrorCode?: string }[] = output.Entries ?? [];
  const entries: Entry[] = input.Entries ?? [];
  return entries
    .filter((_entry, index) => results[index]?.ErrorCode === undefined)
    .map(({ Detail = '', EventBusName = 'default' }) => ({
      usageType: 'Event-64K-Chunks',
      amount: Math.max(1, Math.ceil(Buffer.byteLength(Detail) / chunkBytes)),
      resource: EventBusName.startsWith('arn:')
        ? EventBusName
        : formatArn('events', ctx.region, ctx.account, `event-bus/${EventBusName}`),
    }));
}

/** An event that a rule sends to another bus is charged there as a custom event. */
export function meterForwarding(ctx: Context, bus: Bus, detail: unknown): void {
  const amount = Math.max(1, Math.ceil(Buffer.byteLength(JSON.stringify(detail)) / chunkBytes));
  const { Arn: resource, region, account } = bus;
  const traces = [ctx.trace.traceId];
  ctx.events.emit('usage', {
    service: 'events',
    usageType: 'Event-64K-Chunks',
    amount,
    resource,
    region,
    account,
    traces,
  });
}
