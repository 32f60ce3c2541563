import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { invalidParameter, missingParameter } from '../errors.ts';
import { isFifo, numberAttribute, type Queue } from '../state.ts';

/** What a message to be sent consists of, of SendMessage or of a batch entry. */
export interface Outgoing {
  MessageBody?: string | undefined;
  DelaySeconds?: number | undefined;
  MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
  MessageSystemAttributes?: Record<string, MessageAttributeValue> | undefined;
  MessageDeduplicationId?: string | undefined;
  MessageGroupId?: string | undefined;
}

/** #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF ("SendMessage", API Reference). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the rule is about control characters
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

export function checkMessage(queue: Queue, message: Outgoing): void {
  const body = message.MessageBody ?? '';
  if (body.length === 0) throw missingParameter('The request must contain the parameter MessageBody.');
  if (forbidden.test(body))
    throw invalidParameter(
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  const limit = numberAttribute(queue, 'MaximumMessageSize');
  if (sizeOf(message) > limit) {
    throw invalidParameter(`One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`);
  }
  checkAttributes(message.MessageAttributes ?? {});
  checkDelay(queue, message.DelaySeconds);
  checkFifo(queue, message);
}

export function sizeOf(message: Outgoing): number {
  let size = Buffer.byteLength(message.MessageBody ?? '');
  for (const [name, value] of Object.entries(message.MessageAttributes ?? {})) {
    size += Buffer.byteLength(name) + Buffer.byteLength(value.DataType ?? '');
    size += value.BinaryValue?.length ?? Buffer.byteLength(value.StringValue ?? '');
  }
  return size;
}

function checkAttributes(attributes: Record<string, MessageAttributeValue>): void {
  const names = Object.keys(attributes);
  if (names.length > 10)
    throw invalidParameter(`Number of message attributes [${names.length}] exceeds the allowed maximum [10].`);
  for (const [name, value] of Object.entries(attributes)) {
    if (!/^(?!aws\.|amazon\.|\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/i.test(name))
      throw invalidParameter(`The message attribute name '${name}' is invalid.`);
    const type = value.DataType ?? '';
    if (!/^(String|Number|Binary)(\..{1,249})?$/.test(type)) {
      throw invalidParameter(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    const empty = type.startsWith('Binary') ? !value.BinaryValue?.length : !value.StringValue;
    if (empty)
      throw invalidParameter(
        `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${type}'.`,
      );
    if (type.startsWith('Number') && Number.isNaN(Number(value.StringValue))) {
      throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
    }
  }
}

function checkDelay(queue: Queue, delay: number | undefined): void {
  if (delay === undefined) return;
  if (delay < 0 || delay > 900)
    throw invalidParameter(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  if (isFifo(queue) && delay > 0) {
    throw invalidParameter(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`,
    );
  }
}

function checkFifo(queue: Queue, message: Outgoing): void {
  if (!isFifo(queue)) {
    if (message.MessageDeduplicationId !== undefined) {
      throw invalidParameter(
        'The request include parameter MessageDeduplicationId which is not valid for this queue type',
      );
    }
    return;
  }
  if (!message.MessageGroupId) throw missingParameter('The request must contain the parameter MessageGroupId.');
  const pattern = /^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/;
  for (const [name, value] of Object.entries({
    MessageGroupId: message.MessageGroupId,
    MessageDeduplicationId: message.MessageDeduplicationId,
  })) {
    if (value !== undefined && !pattern.test(value)) {
      throw invalidParameter(
        `Value ${value} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
      );
    }
  }
  if (!message.MessageDeduplicationId && queue.attributes.ContentBasedDeduplication !== 'true') {
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
}
