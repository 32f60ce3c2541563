import type {
  ListTagsForResourceCommandInput,
  ListTagsLogGroupCommandInput,
  TagLogGroupCommandInput,
  TagResourceCommandInput,
  UntagLogGroupCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { constraintViolation, invalidParameter } from '../errors.ts';
import { groupAt, groupNameOfArn, groups, type LogGroup } from '../state.ts';

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  addTags(ctx, groupOfArn(ctx, input.resourceArn), input.tags ?? {});
  return {};
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  removeTags(ctx, groupOfArn(ctx, input.resourceArn), input.tagKeys ?? []);
  return {};
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  return { tags: groupOfArn(ctx, input.resourceArn).tags };
}

export function TagLogGroup(ctx: Context, input: TagLogGroupCommandInput) {
  addTags(ctx, groupAt(ctx, input), input.tags ?? {});
  return {};
}

export function UntagLogGroup(ctx: Context, input: UntagLogGroupCommandInput) {
  removeTags(ctx, groupAt(ctx, input), input.tags ?? []);
  return {};
}

export function ListTagsLogGroup(ctx: Context, input: ListTagsLogGroupCommandInput) {
  return { tags: groupAt(ctx, input).tags };
}

/** "Tag restrictions", CloudWatch Logs User Guide. */
export function checkTags(tags: Record<string, string>): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key.length < 1 || key.length > 128)
      throw constraintViolation(
        key,
        'tags',
        'Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]',
      );
    if (value.length > 256)
      throw constraintViolation(
        value,
        'tags',
        'Map value must satisfy constraint: [Member must have length less than or equal to 256]',
      );
    if (/^aws:/i.test(key) && !key.startsWith('aws:cloudformation:'))
      throw invalidParameter('Tag keys starting with aws: are reserved for AWS.');
  }
  if (Object.keys(tags).length > 50)
    throw new AwsError('TooManyTagsException', 'A resource can have no more than 50 tags.');
}

function addTags(ctx: Context, group: LogGroup, added: Record<string, string>): void {
  checkTags(added);
  const tags = { ...group.tags, ...added };
  checkTags(tags);
  groups(ctx, group).put(group.logGroupName, { ...group, tags });
}

function removeTags(ctx: Context, group: LogGroup, keys: string[]): void {
  const tags = Object.fromEntries(Object.entries(group.tags).filter(([key]) => !keys.includes(key)));
  groups(ctx, group).put(group.logGroupName, { ...group, tags });
}

function groupOfArn(ctx: Context, arn = ''): LogGroup {
  const logGroupName = groupNameOfArn(arn);
  if (logGroupName === undefined)
    throw invalidParameter('The specified resource ARN is invalid: it must be that of a log group.');
  return groupAt(ctx, { logGroupIdentifier: arn });
}
