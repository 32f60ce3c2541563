import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { base64, type Item } from './values.ts';

/** Items in the store: JSON with bytes as base64. Most items have none, and their text is what JSON makes of them. */
export function stringifyItem(item: Item): string {
  if (!Object.values(item).some(holdsBytes)) return JSON.stringify(item);
  return JSON.stringify(item, function replace(this: unknown, key: string, value: unknown) {
    const raw = (this as Record<string, unknown>)[key];
    return raw instanceof Uint8Array ? base64(raw) : value;
  });
}

function holdsBytes(value: AttributeValue): boolean {
  if (value.M !== undefined) return Object.values(value.M).some(holdsBytes);
  if (value.L !== undefined) return value.L.some(holdsBytes);
  return value.B !== undefined || value.BS !== undefined;
}

export function parseItem(text: string): Item {
  const item = JSON.parse(text) as Item;
  return text.includes('{"B":') || text.includes('{"BS":') ? reviveMap(item) : item;
}

function reviveMap(map: Item): Item {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, revive(value)]));
}

function revive(value: AttributeValue): AttributeValue {
  if (value.B !== undefined) return { B: bytes(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(bytes) };
  if (value.M !== undefined) return { M: reviveMap(value.M) };
  return value.L === undefined ? value : { L: value.L.map(revive) };
}

function bytes(text: unknown): Buffer {
  return Buffer.from(text as string, 'base64');
}
