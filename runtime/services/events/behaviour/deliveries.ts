import type { Target } from '@aws-sdk/client-eventbridge';
import { Outbox, type Parcel } from '../../../engines/outbox/outbox.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { startTrace } from '../../../kernel/events/hop.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Rule } from '../state.ts';
import { sendToDeadLetters } from './dead-letters.ts';
import type { BusEvent } from './event.ts';
import { payloadFor } from './input-transform.ts';
import type { Arrival } from './matching.ts';
import { countForRule } from './metrics.ts';
import { sendToTarget } from './send-to-target.ts';

/** One event for one target. The rule is without its targets. */
export interface Delivery extends Arrival {
  rule: Rule;
  target: Target;
  event: BusEvent;
}

export const deliveries = defineEngine(
  'events.deliveries',
  (kernel) =>
    new Outbox<Delivery>(kernel, {
      name: 'events',
      describe: ({ rule }) => `delivery of an event by rule ${rule.Name}`,
      policy: ({ target }) => target.RetryPolicy ?? {},
      carry: (parcel) => carry(kernel, parcel),
      async giveUp({ content, attempts }, failure, exhausted) {
        const ctx = contextOf(kernel, content);
        countForRule(ctx, content.rule, 'FailedInvocations');
        await sendToDeadLetters(ctx, content, { failure, attempts, exhausted });
        ctx.trace.end({ status: failure.status, error: failure.code });
      },
    }),
);

async function carry(kernel: Kernel, { content: delivery, attempts, acceptedMs }: Parcel<Delivery>): Promise<void> {
  const { rule, target } = delivery;
  const ctx = contextOf(kernel, delivery);
  countForRule(ctx, rule, 'InvocationAttempts');
  if (attempts > 0) countForRule(ctx, rule, 'RetryInvocationAttempts');
  ctx.trace.note('target', target.Arn ?? '');
  try {
    await sendToTarget(ctx, delivery, payloadFor(delivery, acceptedMs));
  } catch (error) {
    if (error instanceof AwsError) ctx.trace.end({ status: error.status, error: error.code });
    throw error;
  }
  ctx.trace.end({ status: 200 });
  countForRule(ctx, rule, 'SuccessfulInvocationAttempts');
  const latency = ctx.clock.now() - acceptedMs;
  countForRule(ctx, rule, 'IngestionToInvocationSuccessLatency', latency, 'Milliseconds');
}

/** In the name of EventBridge for the rule, which the target's policy can ask for. */
function contextOf(kernel: Kernel, { rule, target, traceHeader }: Delivery): Context {
  return kernel.context({
    principal: servicePrincipal('events.amazonaws.com', rule.account, { sourceArn: rule.Arn }),
    region: rule.region,
    trace: startTrace(kernel, 'events', `rule ${rule.Name}`, { header: traceHeader, resource: target.Arn }),
  });
}
