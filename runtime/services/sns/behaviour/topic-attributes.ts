import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { invalidParameter } from '../errors.ts';
import type { Subscription } from '../state.ts';
import { checkDeliveryPolicy } from './delivery-policy.ts';
import { checkTopicPolicy } from './topic-policy.ts';

const kib = 1024;
export const defaultMessageSize = 256 * kib;
const largestMessageSize = 1024 * kib;

/** Attributes that can be set ("SetTopicAttributes"), and what values they take. */
const settable: Record<string, (value: string) => boolean> = lookupTable({
  DisplayName: (value) => value.length <= 100,
  Policy: (value) => {
    checkTopicPolicy(value);
    return true;
  },
  DeliveryPolicy: (value) => checkDeliveryPolicy(value, 'topic') === undefined,
  KmsMasterKeyId: (value) => value.length <= 2048,
  TracingConfig: (value) => ['PassThrough', 'Active'].includes(value),
  SignatureVersion: (value) => ['1', '2'].includes(value),
  MaximumMessageSize: (value) => /^\d+$/.test(value) && Number(value) >= kib && Number(value) <= largestMessageSize,
});

const settableOfFifo: Record<string, (value: string) => boolean> = lookupTable({
  ...settable,
  ContentBasedDeduplication: isBoolean,
  FifoThroughputScope: (value) => ['Topic', 'MessageGroup'].includes(value),
});

const notDone = /^((HTTP|Firehose|Lambda|Application|SQS)(Success|Failure)FeedbackRoleArn|ArchivePolicy)$/;
/** Kept, and without effect unless there is a role to write the logs with ("Amazon SNS message delivery status"). */
const sampleRate = /^(HTTP|Firehose|Lambda|Application|SQS)SuccessFeedbackSampleRate$/;

/** Throws InvalidParameter, or a refusal by name. An empty value takes the attribute off. */
export function checkTopicAttribute(name: string, value: string, fifo: boolean): void {
  if (notDone.test(name) && value !== '') throw refused(`sns topic attribute ${name}`);
  if (notDone.test(name)) return;
  const valid = sampleRate.test(name) ? isPercentage : (fifo ? settableOfFifo : settable)[name];
  if (!valid) throw invalidParameter(`Attributes Reason: Unknown attribute ${name}`);
  if (value !== '' && !valid(value)) throw invalidParameter(`Attributes Reason: ${name}: Invalid value [${value}]`);
}

/** "A topic with a MaximumMessageSize above 256 KiB must have 100 or fewer subscriptions", of SQS and Lambda. */
export function checkLargeMessages(size: string | undefined, subscriptions: Pick<Subscription, 'Protocol'>[]): void {
  if (Number(size ?? 0) <= defaultMessageSize) return;
  const others = subscriptions.some(({ Protocol }) => Protocol !== 'sqs' && Protocol !== 'lambda');
  if (subscriptions.length > 100 || others)
    throw invalidParameter(
      'MaximumMessageSize Reason: a topic with messages above 256 KiB has at most 100 subscriptions, of protocols sqs and lambda',
    );
}

function isBoolean(value: string): boolean {
  return value === 'true' || value === 'false';
}

function isPercentage(value: string): boolean {
  return /^\d{1,3}$/.test(value) && Number(value) <= 100;
}
