import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { invalidParameter, invalidParameterValue } from '../errors.ts';

interface Sized {
  Message?: string | undefined;
  MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
}

/** "Publish": text, subject, attributes, and all of them together. Throws InvalidParameter. */
export function checkMessage(message: Sized & { Subject?: string | undefined }, mostBytes: number): void {
  if (!message.Message) throw invalidParameter('Empty message');
  if (sizeOf(message) > mostBytes) throw invalidParameter('Message too long');
  const { Subject } = message;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a subject has none of them
  if (Subject !== undefined && (Subject.length > 100 || Subject.length === 0 || /[\x00-\x1f]/.test(Subject)))
    throw invalidParameter('Subject');
  for (const [name, value] of Object.entries(message.MessageAttributes ?? {})) checkAttribute(name, value);
}

/** "The combined size of the message body and message attributes": names, types and values. */
export function sizeOf({ Message = '', MessageAttributes = {} }: Sized): number {
  let bytes = Buffer.byteLength(Message);
  for (const [name, { DataType = '', StringValue, BinaryValue }] of Object.entries(MessageAttributes))
    bytes +=
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      (BinaryValue?.byteLength ?? Buffer.byteLength(StringValue ?? ''));
  return bytes;
}

/** "Amazon SNS message attributes": name, data type (String, String.Array, Number, Binary, with a suffix), value. */
function checkAttribute(name: string, { DataType = '', StringValue, BinaryValue }: MessageAttributeValue): void {
  if (!/^(?!\.)(?!.*\.\.)(?!.*\.$)(?!aws\.|amazon\.)[A-Za-z0-9_.-]{1,256}$/i.test(name))
    throw invalidParameterValue(`Invalid message attribute name: ${name}`);
  if (DataType === '')
    throw invalidParameterValue(`The message attribute '${name}' must contain a non-empty attribute type.`);
  if (!/^(String|Number|Binary)(\..+)?$/.test(DataType))
    throw invalidParameterValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const empty = DataType.startsWith('Binary') ? !BinaryValue?.byteLength : !StringValue;
  if (empty)
    throw invalidParameterValue(
      `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${DataType}'.`,
    );
  if (DataType.startsWith('Number') && Number.isNaN(Number(StringValue)))
    throw invalidParameterValue(`Could not cast message attribute '${name}' value to number.`);
}
