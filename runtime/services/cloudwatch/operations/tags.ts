import type {
  ListTagsForResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameterValue, resourceNotFound } from '../errors.ts';
import { type Alarm, alarms } from '../state.ts';

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const alarm = alarmOfArn(ctx, input.ResourceARN ?? '');
  const tags = {
    ...alarm.tags,
    ...Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  if (Object.keys(tags).length > 50) throw invalidParameterValue('A resource can have no more than 50 tags.');
  alarms(ctx, ctx).put(alarm.AlarmName, { ...alarm, tags });
  return {};
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const alarm = alarmOfArn(ctx, input.ResourceARN ?? '');
  const tags = Object.fromEntries(Object.entries(alarm.tags).filter(([key]) => !(input.TagKeys ?? []).includes(key)));
  alarms(ctx, ctx).put(alarm.AlarmName, { ...alarm, tags });
  return {};
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  const { tags } = alarmOfArn(ctx, input.ResourceARN ?? '');
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

function alarmOfArn(ctx: Context, arn: string): Alarm {
  const name = /^alarm:(.+)$/s.exec(parseArn(arn)?.resource ?? '')?.[1];
  if (name === undefined) throw invalidParameterValue(`The ARN ${arn} is not that of an alarm.`);
  const alarm = alarms(ctx, ctx).get(name);
  if (!alarm) throw resourceNotFound(`Unknown: ${arn}`);
  return alarm;
}
