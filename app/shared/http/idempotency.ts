import { Problem } from '../problem.ts';

/** Reads an `Idempotency-Key` header: undefined without one, and a Problem for one that cannot be used. */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = String(header).trim();
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  const detail = 'An Idempotency-Key is 1 to 255 printable ASCII characters without spaces; a random UUID does well.';
  throw new Problem('invalid-idempotency-key', { detail, errors: [{ field: 'Idempotency-Key', detail }] });
}
