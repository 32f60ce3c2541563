import type { TagResourceCommandInput, UntagResourceCommandInput } from '@aws-sdk/client-secrets-manager';
import type { Context } from '../../../kernel/service.ts';
import { mergedTags } from '../behaviour/input-rules.ts';
import { change, secretAt } from '../state.ts';

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  change(ctx, secretAt(ctx, input.SecretId), (now) => ({ ...now, tags: mergedTags(now.tags, input.Tags) }));
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const gone = input.TagKeys ?? [];
  change(ctx, secretAt(ctx, input.SecretId), (now) => ({
    ...now,
    tags: Object.fromEntries(Object.entries(now.tags).filter(([key]) => !gone.includes(key))),
  }));
}
