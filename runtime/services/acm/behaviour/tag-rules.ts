import type { Tag } from '@aws-sdk/client-acm';
import type { Context } from '../../../kernel/service.ts';
import { invalidTag, tooManyTags } from '../errors.ts';

const mostTags = 50;

/** Tags of AWS's own (aws:cloudformation:stack-name) come from other services alone. */
export function checkedTags(
  ctx: Context,
  before: Record<string, string>,
  added: readonly Tag[] = [],
): Record<string, string> {
  const tags = { ...before };
  for (const { Key = '', Value = '' } of added) {
    if (ctx.origin === 'wire' && Key.toLowerCase().startsWith('aws:'))
      throw invalidTag('Tag keys cannot begin with aws:');
    tags[Key] = Value;
  }
  if (Object.keys(tags).length > mostTags) throw tooManyTags();
  return tags;
}
