/** Base64 of an output's blob; a string counts as its UTF-8 bytes. */
export function toBase64(value: unknown): string {
  return toBuffer(value).toString('base64');
}

export function toBuffer(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new Error(`a ${typeof value} was given as a blob of an output`);
}
