import type { Rule } from '@aws-sdk/client-wafv2';

/** SearchString is the one blob of the model; in the store, which is JSON, it is a text of one character a byte. */
export function withTexts<T>(value: T): T {
  return changed(value, (bytes) => (bytes instanceof Uint8Array ? Buffer.from(bytes).toString('latin1') : bytes)) as T;
}

export function withBytes<T extends { Rules?: Rule[] | undefined }>(value: T): T {
  return changed(value, (text) => (typeof text === 'string' ? Buffer.from(text, 'latin1') : text)) as T;
}

/** Of a record: what the rule was made with, as text. */
export function searchText(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value ?? '');
}

function changed(value: unknown, change: (searchString: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => changed(one, change));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, key === 'SearchString' ? change(inner) : changed(inner, change)]),
  );
}
