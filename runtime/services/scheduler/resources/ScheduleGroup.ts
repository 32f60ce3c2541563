import { AwsError } from '../../../kernel/errors.ts';
import { defineResource } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface ScheduleGroupProperties {
  Name?: string;
  Tags?: { Key: string; Value: string }[];
}

/** Ref is the name. */
export const ScheduleGroup = defineResource<ScheduleGroupProperties>({
  type: 'AWS::Scheduler::ScheduleGroup',
  properties: { Name: 'executed', Tags: 'stored' },
  async create(ctx, properties) {
    const Name = properties.Name ?? ctx.generateName({ maxLength: 64 });
    const Tags = tagListOf(ctx, properties.Tags);
    const { ScheduleGroupArn } = await ctx.call<{ ScheduleGroupArn: string }>('scheduler', 'CreateScheduleGroup', {
      Name,
      Tags,
    });
    return { physicalId: Name, attributes: { Arn: ScheduleGroupArn, State: 'ACTIVE' } };
  },
  async update(ctx, Name, { Tags }, previous) {
    const { Arn } = await ctx.call<{ Arn: string }>('scheduler', 'GetScheduleGroup', { Name });
    const kept = new Set(Tags?.map(({ Key }) => Key));
    const TagKeys = (previous.Tags ?? []).map(({ Key }) => Key).filter((key) => !kept.has(key));
    if (TagKeys.length > 0) await ctx.call('scheduler', 'UntagResource', { ResourceArn: Arn, TagKeys });
    await ctx.call('scheduler', 'TagResource', { ResourceArn: Arn, Tags: tagListOf(ctx, Tags) });
    return { physicalId: Name, attributes: { Arn, State: 'ACTIVE' } };
  },
  async delete(ctx, Name) {
    try {
      await ctx.call('scheduler', 'DeleteScheduleGroup', { Name });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  },
});
