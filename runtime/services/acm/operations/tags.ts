import type {
  AddTagsToCertificateCommandInput,
  ListTagsForCertificateCommandInput,
  RemoveTagsFromCertificateCommandInput,
} from '@aws-sdk/client-acm';
import type { Context } from '../../../kernel/service.ts';
import { checkedTags } from '../behaviour/tag-rules.ts';
import { certificateAt, certificatesOf } from '../state.ts';

export function AddTagsToCertificate(ctx: Context, input: AddTagsToCertificateCommandInput) {
  const record = certificateAt(ctx, input.CertificateArn);
  certificatesOf(ctx, ctx).put(record.CertificateArn, { ...record, tags: checkedTags(ctx, record.tags, input.Tags) });
  return {};
}

/** A tag with a value is taken off only where it has that value. */
export function RemoveTagsFromCertificate(ctx: Context, input: RemoveTagsFromCertificateCommandInput) {
  const record = certificateAt(ctx, input.CertificateArn);
  const tags = { ...record.tags };
  for (const { Key = '', Value } of input.Tags ?? []) if (Value === undefined || tags[Key] === Value) delete tags[Key];
  certificatesOf(ctx, ctx).put(record.CertificateArn, { ...record, tags });
  return {};
}

export function ListTagsForCertificate(ctx: Context, input: ListTagsForCertificateCommandInput) {
  const { tags } = certificateAt(ctx, input.CertificateArn);
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}
