// Lists in pages: what a page holds and the token that the next begins at. How large pages are, what the members are called
// and how a token that was not given out is refused is each service's own.

export interface Asked {
  /** What the page before gave out; the first page has none, or an empty one. */
  token: string | undefined;
  /** How many at most. */
  size: number;
  /** What to throw at a token that no page gave out. */
  unknown(token: string): Error;
}

export interface Page<T> {
  items: T[];
  /** Where there is more. */
  next: string | undefined;
}

/** The next page begins at a position: for what keeps its order between two calls. */
export function pageAt<T>(all: readonly T[], asked: Asked): Page<T> {
  const start = asked.token ? Number(read(asked.token, /^at:(\d+)$/, asked)) : 0;
  const end = start + asked.size;
  return { items: all.slice(start, end), next: end < all.length ? write(`at:${end}`) : undefined };
}

/**
 * The next page begins after the last name given out: a listing in the order of names goes on rightly when things come and go
 * meanwhile.
 */
export function pageAfter<T>(sorted: readonly T[], nameOf: (item: T) => string, asked: Asked): Page<T> {
  const after = asked.token ? read(asked.token, /^after:(.*)$/s, asked) : undefined;
  const rest = after === undefined ? sorted : sorted.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, asked.size);
  const last = items.at(-1);
  return { items, next: last !== undefined && rest.length > items.length ? write(`after:${nameOf(last)}`) : undefined };
}

function write(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function read(token: string, form: RegExp, asked: Asked): string {
  const text = form.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (text === undefined) throw asked.unknown(token);
  return text;
}
