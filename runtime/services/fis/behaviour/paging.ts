import { pageAt } from '../../../kernel/pages.ts';
import { validation } from '../errors.ts';

/** A page of what a List operation has. */
export function page<T>(all: T[], { maxResults = 100, nextToken }: { maxResults?: number; nextToken?: string }) {
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > 100)
    throw validation('maxResults must be between 1 and 100.');
  const unknown = () => validation('The nextToken is not one that was given.');
  const { items, next } = pageAt(all, { token: nextToken, size: maxResults, unknown });
  return { items, nextToken: next };
}
