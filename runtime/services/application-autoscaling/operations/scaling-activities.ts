import type { DescribeScalingActivitiesCommandInput } from '@aws-sdk/client-application-auto-scaling';
import type { Context } from '../../../kernel/service.ts';
import { keptMs } from '../behaviour/activities.ts';
import { paged } from '../behaviour/paging.ts';
import { activities } from '../state.ts';

/** The newest first. */
export function DescribeScalingActivities(ctx: Context, input: DescribeScalingActivitiesCommandInput) {
  const { ServiceNamespace, ResourceId, ScalableDimension } = input;
  const found = activities(ctx)
    .values()
    .filter((one) => one.ServiceNamespace === ServiceNamespace && one.startMs > ctx.clock.now() - keptMs)
    .filter((one) => ResourceId === undefined || one.ResourceId === ResourceId)
    .filter((one) => ScalableDimension === undefined || one.ScalableDimension === ScalableDimension)
    .sort((a, b) => b.order - a.order);
  const { page, ...rest } = paged(found, input);
  const ScalingActivities = page.map(({ startMs, endMs, order: _order, ...activity }) => ({
    ...activity,
    StartTime: new Date(startMs),
    ...(endMs === undefined ? {} : { EndTime: new Date(endMs) }),
  }));
  return { ScalingActivities, ...rest };
}
