import { invalidParameter } from '../errors.ts';
import type { Position } from './event-table.ts';

/** AWS's event ids are 56 decimal digits that sort by time; ours hold the place of the event in the order. */
const idBits = 144n;

export function formatEventId({ timestamp, id }: Position): string {
  return ((BigInt(timestamp) << idBits) | BigInt(id)).toString().padStart(56, '0');
}

function parseEventId(text: string): Position | undefined {
  if (!/^\d{56}$/.test(text)) return undefined;
  const number = BigInt(text);
  return { timestamp: Number(number >> idBits), id: Number(number & ((1n << idBits) - 1n)) };
}

/** A token of GetLogEvents: which way it goes, and from where. */
export interface ReadToken {
  direction: 'f' | 'b';
  position: Position;
}

export function formatReadToken({ direction, position }: ReadToken): string {
  return `${direction}/${formatEventId(position)}/s`;
}

export function parseReadToken(text: string): ReadToken {
  const [, direction, digits = ''] = /^([fb])\/(\d{56})\/s$/.exec(text) ?? [];
  const position = parseEventId(digits);
  if (!direction || !position) throw invalidParameter('The specified nextToken is invalid.');
  return { direction: direction as 'f' | 'b', position };
}
