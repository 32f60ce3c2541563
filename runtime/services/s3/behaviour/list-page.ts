import { compareKeys, successor } from './key-order.ts';

export interface PageOptions {
  prefix: string;
  delimiter: string;
  /** The page begins after this key or common prefix. */
  after: string;
  limit: number;
}

export interface Page<T> {
  items: T[];
  prefixes: string[];
  /** The last key or common prefix of the page, when there is more. */
  next: string | undefined;
}

/**
 * One page in key order. With a delimiter, keys that share what comes before it are rolled up into one entry, and the
 * reader jumps over them by the index instead of reading each ("Organizing objects using prefixes").
 */
export function listPage<T extends { key: string }>(
  read: (from: string, limit: number) => T[],
  options: PageOptions,
): Page<T> {
  const { prefix, delimiter, limit } = options;
  const page: Page<T> = { items: [], prefixes: [], next: undefined };
  if (limit === 0) return page;
  let from = firstKey(options);
  let last = '';
  while (from !== undefined) {
    const batchSize: number = Math.min(limit - page.items.length - page.prefixes.length + 1, 1001);
    const batch: T[] = read(from, batchSize);
    let jump: string | undefined;
    for (const item of batch) {
      if (!item.key.startsWith(prefix)) return page;
      if (page.items.length + page.prefixes.length >= limit) return { ...page, next: last };
      const common = commonPrefix(item.key, prefix, delimiter);
      if (common === undefined) {
        page.items.push(item);
        last = item.key;
        continue;
      }
      page.prefixes.push(common);
      last = common;
      jump = common;
      break;
    }
    if (jump === undefined && batch.length < batchSize) return page;
    from = jump === undefined ? `${last}\0` : successor(jump);
  }
  return page;
}

/** What a key is rolled up into: it up to the first delimiter after the prefix. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : key.slice(0, end + delimiter.length);
}

function firstKey({ prefix, delimiter, after }: PageOptions): string | undefined {
  if (after === '' || compareKeys(after, prefix) < 0) return prefix;
  // A page that ended on a common prefix goes on behind everything below it.
  if (commonPrefix(after, prefix, delimiter) === after) return successor(after);
  return `${after}\0`;
}
