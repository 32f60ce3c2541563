import { createHash, hash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

export function md5Of(text: string): string {
  return hash('md5', text);
}

/** "Calculating the MD5 message digest for message attributes" (Developer Guide): names sorted, lengths before values. */
export function md5OfAttributes(attributes: Record<string, MessageAttributeValue>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const digest = createHash('md5');
  const put = (bytes: Uint8Array): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const name of names) {
    const value = attributes[name];
    if (!value) continue;
    put(Buffer.from(name));
    put(Buffer.from(value.DataType ?? ''));
    const binary = value.DataType?.startsWith('Binary') ?? false;
    digest.update(Buffer.from([binary ? 2 : 1]));
    put(binary ? (value.BinaryValue ?? new Uint8Array()) : Buffer.from(value.StringValue ?? ''));
  }
  return digest.digest('hex');
}
