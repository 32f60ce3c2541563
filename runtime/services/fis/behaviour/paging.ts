import { validation } from '../errors.ts';

/** A page of what a List operation has; the token is where the next one starts. */
export function page<T>(all: T[], { maxResults = 100, nextToken }: { maxResults?: number; nextToken?: string }) {
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > 100)
    throw validation('maxResults must be between 1 and 100.');
  const start = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64').toString());
  if (!Number.isInteger(start)) throw validation('The nextToken is not one that was given.');
  const end = start + maxResults;
  return {
    items: all.slice(start, end),
    ...(end < all.length ? { nextToken: Buffer.from(String(end)).toString('base64') } : {}),
  };
}
