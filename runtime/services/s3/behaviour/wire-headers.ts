import type { Context } from '../../../kernel/service.ts';

/** Headers of the request itself; a call by another service keeps those of what it serves, which are not about S3. */
export function wireHeaders(ctx: Context): Record<string, string> | undefined {
  return ctx.origin === 'wire' ? ctx.http?.headers : undefined;
}
