import type { CreateScheduleCommandInput, Target } from '@aws-sdk/client-scheduler';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource } from '../../../kernel/resource.ts';

interface ScheduleProperties extends Omit<CreateScheduleCommandInput, 'StartDate' | 'EndDate' | 'Name' | 'Target'> {
  Name?: string;
  StartDate?: string;
  EndDate?: string;
  Target: Target;
}

const otherTarget = { refused: 'targets of its kind are not run.' };

/** Ref is the name. */
export const Schedule = defineResource<ScheduleProperties>({
  type: 'AWS::Scheduler::Schedule',
  properties: {
    Name: 'executed',
    GroupName: 'executed',
    ScheduleExpression: 'executed',
    ScheduleExpressionTimezone: 'executed',
    StartDate: 'executed',
    EndDate: 'executed',
    State: 'executed',
    FlexibleTimeWindow: 'executed',
    ActionAfterCompletion: 'executed',
    Description: 'stored',
    KmsKeyArn: 'stored',
    Target: 'executed',
    'Target.EcsParameters': otherTarget,
    'Target.KinesisParameters': otherTarget,
    'Target.SageMakerPipelineParameters': otherTarget,
    'Target.EventBridgePutEventsV2Parameters': otherTarget,
    'Target.EventBridgePutRawEventsParameters': otherTarget,
  },
  async create(ctx, properties) {
    const Name = properties.Name ?? ctx.generateName({ maxLength: 64 });
    const { ScheduleArn: Arn } = await ctx.call<{ ScheduleArn: string }>(
      'scheduler',
      'CreateSchedule',
      inputFrom(Name, properties),
    );
    return { physicalId: Name, attributes: { Arn } };
  },
  async update(ctx, Name, properties) {
    const { ScheduleArn: Arn } = await ctx.call<{ ScheduleArn: string }>(
      'scheduler',
      'UpdateSchedule',
      inputFrom(Name, properties),
    );
    return { physicalId: Name, attributes: { Arn } };
  },
  async delete(ctx, Name, { GroupName }) {
    try {
      await ctx.call('scheduler', 'DeleteSchedule', { Name, GroupName });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  },
});

/** Templates say dates and may say numbers as text. */
function inputFrom(Name: string, { StartDate, EndDate, Target, FlexibleTimeWindow, ...rest }: ScheduleProperties) {
  const { RetryPolicy } = Target;
  const minutes = FlexibleTimeWindow?.MaximumWindowInMinutes;
  return {
    ...rest,
    Name,
    ...(StartDate ? { StartDate: new Date(StartDate) } : {}),
    ...(EndDate ? { EndDate: new Date(EndDate) } : {}),
    FlexibleTimeWindow: {
      ...FlexibleTimeWindow,
      ...(minutes === undefined ? {} : { MaximumWindowInMinutes: Number(minutes) }),
    },
    Target: {
      ...Target,
      ...(RetryPolicy
        ? { RetryPolicy: Object.fromEntries(Object.entries(RetryPolicy).map(([key, value]) => [key, Number(value)])) }
        : {}),
    },
  };
}
