import { parseArn } from '../../../kernel/arn.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { startTrace } from '../../../kernel/events/hop.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { type Subscription, subscriptions, type Topic, topics } from '../state.ts';
import { deadLetter } from './dead-letters.ts';
import { failureOf } from './delivery-failure.ts';
import { awsRetries, customerRetries, type RetryPolicy, retryDelay, webPolicy } from './delivery-policy.ts';
import { sendToFunction } from './endpoints/function.ts';
import { sendAsMail } from './endpoints/mail.ts';
import { sendToQueue } from './endpoints/queue.ts';
import { postToEndpoint } from './endpoints/web.ts';
import type { Delivery } from './envelope.ts';
import { count } from './metrics.ts';
import type { Notification } from './notification.ts';
import { type Pending, type Publication, publicationTable } from './publication-table.ts';

/** Takes each message to its subscriptions, in the topic's name, until it is there or given up. */
export const deliveries = defineEngine('sns.deliveries', (kernel) => new Deliveries(kernel));

const senders: Record<string, (ctx: Context, delivery: Delivery) => Promise<void>> = lookupTable({
  sqs: sendToQueue,
  lambda: sendToFunction,
  email: sendAsMail,
  'email-json': sendAsMail,
  http: postToEndpoint,
  https: postToEndpoint,
});

export class Deliveries {
  readonly #kernel: Kernel;
  /** Of FIFO topics, by subscription and message group: a message waits until the one before it is settled. */
  readonly #lines = new Map<string, Promise<void>>();
  /** By publication: those whose first attempt since it was accepted, or taken up again, is not over. */
  readonly #underWay = new Map<number, Set<Pending>>();
  #stopped = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Keeps the message with those it is for, in the caller's turn, and sets out. */
  accept(topic: Topic, notification: Notification, to: Subscription[]): void {
    if (to.length === 0) return;
    const dueMs = this.#kernel.clock.now();
    const pending = to.map(({ SubscriptionArn }) => ({ SubscriptionArn, attempts: 0, dueMs }));
    this.#setOut(this.#kernel.engine(publicationTable).insert(topic.TopicArn, notification, pending));
  }

  /** Goes on with what was accepted before the last stop, once every service has started. */
  resume(): void {
    const left = this.#kernel.engine(publicationTable).all();
    this.#kernel.clock.after(0, 'take up deliveries', () => {
      for (const publication of left) this.#setOut(publication);
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  #setOut(publication: Publication): void {
    this.#underWay.set(publication.id, new Set(publication.pending));
    const { TopicArn, notification } = publication;
    for (const pending of [...publication.pending]) {
      if (!TopicArn.endsWith('.fifo')) void this.#settle(publication, pending);
      else
        this.#inLine(`${pending.SubscriptionArn} ${notification.MessageGroupId ?? ''}`, () =>
          this.#settle(publication, pending),
        );
    }
  }

  #inLine(line: string, settle: () => Promise<void>): void {
    const before = this.#lines.get(line);
    const turn = before ? before.then(settle) : settle();
    this.#lines.set(line, turn);
    const leave = (): void => {
      if (this.#lines.get(line) === turn) this.#lines.delete(line);
    };
    turn.then(leave, leave);
  }

  /** Resolves when the subscription has the message or never will. */
  #settle(publication: Publication, pending: Pending): Promise<void> {
    return new Promise((resolve) => {
      const attempt = async (): Promise<void> => {
        const delayMs = await this.#attempt(publication, pending);
        if (this.#stopped) return;
        const settled = delayMs === undefined;
        this.#progress(publication, pending, settled);
        if (settled) return resolve();
        this.#later(pending, attempt);
      };
      if (pending.dueMs <= this.#kernel.clock.now()) void this.#track(attempt());
      else this.#later(pending, attempt);
    });
  }

  /** What goes wrong here is our own bug: it is told, and the message stays in the table for the next start. */
  #track(attempt: Promise<void>): Promise<void> {
    const told = attempt.catch((error: Error) => {
      const { message, stack } = error;
      this.#kernel.events.emit('problem', {
        timeMs: this.#kernel.clock.now(),
        where: 'sns.delivery',
        message,
        ...(stack ? { stack } : {}),
      });
    });
    return this.#kernel.clock.track(told);
  }

  #later(pending: Pending, attempt: () => Promise<void>): void {
    const name = `delivery to ${pending.SubscriptionArn}`;
    this.#kernel.clock.at(
      pending.dueMs,
      name,
      () => (this.#stopped ? undefined : this.#kernel.clock.track(attempt())),
      { kind: 'delivery' },
    );
  }

  /** Written once for all subscriptions that were tried together, which are most often all there are. */
  #progress(publication: Publication, pending: Pending, settled: boolean): void {
    if (settled) publication.pending = publication.pending.filter((one) => one !== pending);
    const underWay = this.#underWay.get(publication.id);
    underWay?.delete(pending);
    if (underWay && underWay.size > 0) return;
    this.#kernel.engine(publicationTable).keep(publication);
    if (publication.pending.length === 0) this.#underWay.delete(publication.id);
  }

  /** Undefined when settled, else how long to wait before the next attempt. */
  async #attempt(publication: Publication, pending: Pending): Promise<number | undefined> {
    const delivery = this.#delivery(publication, pending);
    const send = delivery && senders[delivery.subscription.Protocol];
    if (!delivery || !send) return undefined;
    const { topic, subscription, notification } = delivery;
    const ctx = this.#context(topic, notification);
    pending.attempts += 1;
    try {
      await send(ctx, delivery);
      ctx.trace.end({ status: 200 });
      if (notification.Type === 'Notification') count(ctx, topic, 'NumberOfNotificationsDelivered');
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      if (!failure) throw error;
      ctx.trace.note('notDelivered', `${subscription.Endpoint}: ${failure.reason}`);
      ctx.trace.end({ status: 500, error: failure.reason });
      const delayMs = failure.retry ? retryDelay(policyOf(topic, subscription), pending.attempts) : undefined;
      if (delayMs === undefined) await this.#giveUp(ctx, delivery);
      else pending.dueMs = this.#kernel.clock.now() + delayMs;
      return delayMs;
    }
  }

  async #giveUp(ctx: Context, delivery: Delivery): Promise<void> {
    if (delivery.notification.Type !== 'Notification') return;
    count(ctx, delivery.topic, 'NumberOfNotificationsFailed');
    await deadLetter(ctx, delivery);
  }

  /** Undefined when the topic or subscription has gone meanwhile. */
  #delivery({ TopicArn, notification }: Publication, { SubscriptionArn }: Pending): Delivery | undefined {
    const { account = '', region = '', resource = '' } = parseArn(TopicArn) ?? {};
    const topic = topics(this.#kernel, { account, region }).get(resource);
    const subscription = subscriptions(this.#kernel, { account, region }).get(SubscriptionArn);
    return topic && subscription ? { topic, subscription, notification } : undefined;
  }

  #context(topic: Topic, { traceHeader }: Notification): Context {
    return this.#kernel.context({
      principal: servicePrincipal('sns.amazonaws.com', topic.account, { sourceArn: topic.TopicArn }),
      region: topic.region,
      trace: startTrace(this.#kernel, 'sns', 'delivery', { header: traceHeader, resource: topic.Name }),
    });
  }
}

function policyOf(topic: Topic, subscription: Subscription): RetryPolicy {
  if (subscription.Protocol.startsWith('http')) return webPolicy(topic, subscription).retries;
  return subscription.Protocol.startsWith('email') ? customerRetries : awsRetries;
}
