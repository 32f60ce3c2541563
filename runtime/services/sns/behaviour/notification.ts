import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { Topic } from '../state.ts';

/** What was published, as it is kept until every subscription has it. */
export interface Notification {
  Type: 'Notification' | 'SubscriptionConfirmation';
  MessageId: string;
  Message: string;
  /** MessageStructure json: a text for some protocols. */
  byProtocol?: Record<string, string> | undefined;
  Subject?: string | undefined;
  timeMs: number;
  attributes: Record<string, Attribute>;
  /** Of a confirmation. */
  Token?: string | undefined;
  /** Of a FIFO topic, or of a standard topic for fair queues. */
  MessageGroupId?: string | undefined;
  MessageDeduplicationId?: string | undefined;
  SequenceNumber?: string | undefined;
  traceHeader: string;
}

/** A message attribute as subscribers are shown it: bytes in base64. */
export interface Attribute {
  Type: string;
  Value: string;
}

export function attributesOf(given: Record<string, MessageAttributeValue> = {}): Record<string, Attribute> {
  const entries = Object.entries(given).map(([name, { DataType = '', StringValue, BinaryValue }]) => [
    name,
    { Type: DataType, Value: StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64') },
  ]);
  return Object.fromEntries(entries) as Record<string, Attribute>;
}

/** The same as SQS takes them, for raw delivery. */
export function sdkAttributes(kept: Record<string, Attribute>): Record<string, MessageAttributeValue> {
  const entries = Object.entries(kept).map(([name, { Type, Value }]) => [
    name,
    Type.startsWith('Binary')
      ? { DataType: Type, BinaryValue: Buffer.from(Value, 'base64') }
      : // String.Array is SNS's own type; what a queue is given is its text.
        { DataType: Type === 'String.Array' ? 'String' : Type, StringValue: Value },
  ]);
  return Object.fromEntries(entries) as Record<string, MessageAttributeValue>;
}

export function textFor(notification: Notification, protocol: string): string {
  return notification.byProtocol?.[protocol] ?? notification.Message;
}

export function isFifo(topic: Pick<Topic, 'Name'>): boolean {
  return topic.Name.endsWith('.fifo');
}
