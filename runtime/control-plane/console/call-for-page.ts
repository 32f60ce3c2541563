import { Readable } from 'node:stream';
import { refused } from '../../kernel/errors.ts';
import type { Context } from '../../kernel/service.ts';
import { loadModel } from '../protocols/model.ts';
import { pageButtons } from './page-buttons.ts';

/** Operations that only look; what changes something is in page-buttons.ts. */
const looks =
  /^(BatchGet|Describe|Detect|Filter|Get|Head|List|Lookup|Query|Scan|Select|Start(LiveTail|Query)$|GetQuery)/;
const largestBody = 256 * 1024;

/** One operation as the account's root, like any client's: authorized, validated, recorded. The answer as JSON. */
export async function callForPage(
  ctx: Context,
  { service, operation, input }: { service: string; operation: string; input: Record<string, unknown> },
): Promise<object> {
  if (!looks.test(operation) && !pageButtons.has(`${service}.${operation}`))
    throw refused(`${service}.${operation}`, 'The console only looks; use the AWS CLI or an SDK to change this.');
  if (!knows(service, operation)) throw refused(`${service}.${operation}`, 'There is no such operation.');
  const output = await ctx.call(service, operation, withBytes(input) as Record<string, unknown>);
  return (await plain(output)) as object;
}

function knows(service: string, operation: string): boolean {
  try {
    return loadModel(service).operations.has(operation);
  } catch {
    return false;
  }
}

/** JSON has no bytes: {base64} stands for them, in what is asked as in what is answered. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[key, text] = []] = entries;
  if (entries.length === 1 && key === 'base64' && typeof text === 'string') return Buffer.from(text, 'base64');
  return Object.fromEntries(entries.map(([name, one]) => [name, withBytes(one)]));
}

/** Bytes as base64, times as text, streams read as far as a page can show them. */
async function plain(value: unknown): Promise<unknown> {
  if (value instanceof Readable) return { base64: await beginning(value) };
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (typeof value !== 'object' || value === null) return value;
  const entries = await Promise.all(Object.entries(value).map(async ([key, one]) => [key, await plain(one)] as const));
  return Object.fromEntries(entries);
}

async function beginning(stream: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    pieces.push(piece as Buffer);
    size += (piece as Buffer).length;
    if (size >= largestBody) break;
  }
  return Buffer.concat(pieces).subarray(0, largestBody).toString('base64');
}
