import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { invalidParameter } from '../errors.ts';
import type { Subscription, Topic } from '../state.ts';

/** "Creating an HTTP/S delivery policy" (Developer Guide); delays in seconds. */
export interface RetryPolicy {
  minDelayTarget: number;
  maxDelayTarget: number;
  numRetries: number;
  numMaxDelayRetries: number;
  numNoDelayRetries: number;
  numMinDelayRetries: number;
  backoffFunction: 'arithmetic' | 'exponential' | 'geometric' | 'linear';
}

export interface WebPolicy {
  retries: RetryPolicy;
  contentType: string;
}

const defaultRetries: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};

/** Of SQS and Lambda: "3 times without delay, 2 times 1 second apart, 10 with exponential backoff to 20 seconds, 100,000 times 20 seconds apart". */
export const awsRetries: RetryPolicy = {
  minDelayTarget: 1,
  maxDelayTarget: 20,
  numRetries: 100_015,
  numMaxDelayRetries: 100_000,
  numNoDelayRetries: 3,
  numMinDelayRetries: 2,
  backoffFunction: 'exponential',
};

/** Of e-mail: "0, 2 times 10 seconds apart, 10 with exponential backoff from 10 to 600 seconds, 38 times 600 seconds apart". */
export const customerRetries: RetryPolicy = {
  minDelayTarget: 10,
  maxDelayTarget: 600,
  numRetries: 50,
  numMaxDelayRetries: 38,
  numNoDelayRetries: 0,
  numMinDelayRetries: 2,
  backoffFunction: 'exponential',
};

const defaultContentType = 'text/plain; charset=UTF-8';

export function webPolicy(topic: Topic, subscription: Subscription): WebPolicy {
  const general = parsed(topic.attributes.DeliveryPolicy).http as Record<string, unknown> | undefined;
  const own = general?.disableSubscriptionOverrides === true ? {} : parsed(subscription.attributes.DeliveryPolicy);
  const request = (own.requestPolicy ?? general?.defaultRequestPolicy) as { headerContentType?: string } | undefined;
  return {
    retries: { ...defaultRetries, ...(general?.defaultHealthyRetryPolicy ?? {}), ...(own.healthyRetryPolicy ?? {}) },
    contentType: request?.headerContentType ?? defaultContentType,
  };
}

/** How long after the attempt that was the `attempts`th to try again, in milliseconds; undefined when no more. */
export function retryDelay(policy: RetryPolicy, attempts: number): number | undefined {
  const { numRetries, numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = policy;
  if (attempts > numRetries) return undefined;
  if (attempts <= numNoDelayRetries) return 0;
  if (attempts <= numNoDelayRetries + numMinDelayRetries) return policy.minDelayTarget * 1000;
  if (attempts > numRetries - numMaxDelayRetries) return policy.maxDelayTarget * 1000;
  const steps = numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries;
  return backoff(policy, attempts - numNoDelayRetries - numMinDelayRetries, steps) * 1000;
}

/** From minDelayTarget at the first step to maxDelayTarget at the last; AWS shows the curves and gives no formulas. */
function backoff(
  { backoffFunction, minDelayTarget: min, maxDelayTarget: max }: RetryPolicy,
  step: number,
  steps: number,
) {
  if (steps <= 1) return min;
  const position = (step - 1) / (steps - 1);
  const rise = {
    linear: position,
    arithmetic: (step * (step - 1)) / (steps * (steps - 1)),
    geometric: max === min ? 0 : (min * (max / min) ** position - min) / (max - min),
    exponential: (2 ** (step - 1) - 1) / (2 ** (steps - 1) - 1),
  }[backoffFunction];
  return min + (max - min) * rise;
}

/** Throws InvalidParameter; a topic's policy is under `http`, a subscription's stands by itself. */
export function checkDeliveryPolicy(text: string, of: 'topic' | 'subscription'): void {
  const policy = parsed(text);
  const [retries, throttle] =
    of === 'topic'
      ? [within(policy.http).defaultHealthyRetryPolicy, within(policy.http).defaultThrottlePolicy]
      : [policy.healthyRetryPolicy, policy.throttlePolicy];
  if (throttle) throw refused('sns DeliveryPolicy throttlePolicy');
  if (retries) checkRetries(retries as Record<string, unknown>);
}

const limits: Record<string, [number, number]> = lookupTable({
  minDelayTarget: [1, 3600],
  maxDelayTarget: [1, 3600],
  numRetries: [0, 100],
  numMaxDelayRetries: [0, 100],
  numNoDelayRetries: [0, 100],
  numMinDelayRetries: [0, 100],
});

function checkRetries(given: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === null) continue;
    if (name === 'backoffFunction') {
      if (!['arithmetic', 'exponential', 'geometric', 'linear'].includes(String(value)))
        throw invalidParameter(
          'DeliveryPolicy: healthyRetryPolicy.backoffFunction must be arithmetic, exponential, geometric or linear',
        );
      continue;
    }
    const [least, most] = limits[name] ?? [1, 0];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      throw invalidParameter(
        `DeliveryPolicy: healthyRetryPolicy.${name} must be a whole number from ${least} to ${most}`,
      );
  }
  const policy = { ...defaultRetries, ...given } as RetryPolicy;
  if (policy.minDelayTarget > policy.maxDelayTarget)
    throw invalidParameter('DeliveryPolicy: minDelayTarget must be less than or equal to maxDelayTarget');
  const phases = policy.numNoDelayRetries + policy.numMinDelayRetries + policy.numMaxDelayRetries;
  if (phases > policy.numRetries)
    throw invalidParameter('DeliveryPolicy: numRetries must be at least the sum of the retries of its phases');
}

function within(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function parsed(text: string | undefined): Record<string, unknown> {
  if (!text) return {};
  try {
    return within(JSON.parse(text));
  } catch {
    throw invalidParameter('DeliveryPolicy: failed to parse JSON');
  }
}
