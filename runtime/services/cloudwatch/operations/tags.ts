import type {
  ListTagsForResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameterValue, resourceNotFound } from '../errors.ts';
import { alarms, dashboards } from '../state.ts';

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const tagged = taggedAt(ctx, input.ResourceARN ?? '');
  const tags = {
    ...tagged.tags,
    ...Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  if (Object.keys(tags).length > 50) throw invalidParameterValue('A resource can have no more than 50 tags.');
  tagged.put(tags);
  return {};
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const tagged = taggedAt(ctx, input.ResourceARN ?? '');
  tagged.put(Object.fromEntries(Object.entries(tagged.tags).filter(([key]) => !(input.TagKeys ?? []).includes(key))));
  return {};
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  const { tags } = taggedAt(ctx, input.ResourceARN ?? '');
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

interface Tagged {
  tags: Record<string, string>;
  put(tags: Record<string, string>): void;
}

/** Alarms, composite ones too, and dashboards have tags ("TagResource", CloudWatch API Reference). */
function taggedAt(ctx: Context, arn: string): Tagged {
  const [, kind, name = ''] = /^(alarm:|dashboard\/)(.+)$/s.exec(parseArn(arn)?.resource ?? '') ?? [];
  if (kind === undefined) throw invalidParameterValue(`The ARN ${arn} is not that of an alarm or a dashboard.`);
  const found = kind === 'alarm:' ? alarmNamed(ctx, name) : dashboardNamed(ctx, name);
  if (!found) throw resourceNotFound(`Unknown: ${arn}`);
  return found;
}

function alarmNamed(ctx: Context, name: string): Tagged | undefined {
  const alarm = alarms(ctx, ctx).get(name);
  return alarm && { tags: alarm.tags, put: (tags) => alarms(ctx, ctx).put(name, { ...alarm, tags }) };
}

function dashboardNamed(ctx: Context, name: string): Tagged | undefined {
  const dashboard = dashboards(ctx, ctx).get(name);
  return dashboard && { tags: dashboard.tags, put: (tags) => dashboards(ctx, ctx).put(name, { ...dashboard, tags }) };
}
