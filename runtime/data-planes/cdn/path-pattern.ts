import { wildcard } from '../../engines/patterns/wildcards.ts';

/**
 * `*` stands for any number of characters, `?` for exactly one; letters' case counts; a leading slash is optional
 * ("Path pattern", All distribution settings reference).
 */
export function pathPattern(pattern: string): (path: string) => boolean {
  if (pattern === '*' || pattern === '/*') return () => true;
  const rooted = pattern.startsWith('/') || pattern.startsWith('*') ? pattern : `/${pattern}`;
  return wildcard(rooted);
}

/** Behaviours are chosen by the path with its dot segments resolved; the origin is sent the raw one ("Path pattern"). */
export function normalisedPath(path: string): string {
  if (!path.includes('/.') && !path.includes('%2')) return path;
  try {
    return new URL(`http://edge${path}`).pathname;
  } catch {
    return path;
  }
}

/** A path of an invalidation: `*` counts only as the last character ("What you need to know when invalidating files"). */
export function invalidationPath(path: string): (uri: string) => boolean {
  const rooted = path.startsWith('/') ? path : `/${path}`;
  if (!rooted.endsWith('*')) return (uri) => uri === rooted;
  const prefix = rooted.slice(0, -1);
  return (uri) => uri.startsWith(prefix);
}
