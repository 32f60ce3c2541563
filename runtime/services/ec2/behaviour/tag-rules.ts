import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../kernel/errors.ts';
import { invalidParameterValue } from '../errors.ts';

/** "Tag restrictions" (Amazon EC2 User Guide). */
const mostTags = 50;

export function checkTags(tags: readonly Tag[]): Tag[] {
  const kept: Tag[] = tags.map(({ Key = '', Value = '' }) => ({ Key, Value: String(Value) }));
  for (const { Key = '', Value = '' } of kept) {
    if (Key.length === 0 || Key.length > 127)
      throw invalidParameterValue('Tag keys must be between 1 and 127 characters.');
    if (Value.length > 255)
      throw invalidParameterValue(`Tag value exceeds the maximum length of 255 characters: ${Value.slice(0, 40)}…`);
  }
  if (new Set(kept.map(({ Key }) => Key)).size < kept.length)
    throw invalidParameterValue('Duplicate tag keys are not allowed.');
  if (kept.length > mostTags) throw new AwsError('TagLimitExceeded', `More than ${mostTags} tags are specified.`);
  return kept;
}

/** The tags that a creation gives to what it makes; those for anything else are refused. */
export function tagsFor(
  specifications: readonly TagSpecification[] | undefined,
  type: string,
  others: string[] = [],
): Tag[] {
  for (const { ResourceType } of specifications ?? [])
    if (ResourceType !== type && !others.includes(String(ResourceType)))
      throw invalidParameterValue(`'${ResourceType}' is not a valid taggable resource type for this operation.`);
  const own = (specifications ?? []).filter(({ ResourceType }) => ResourceType === type);
  return checkTags(own.flatMap(({ Tags = [] }) => Tags));
}
