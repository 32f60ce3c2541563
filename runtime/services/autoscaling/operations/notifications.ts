import type {
  DeleteNotificationConfigurationCommandInput,
  DescribeNotificationConfigurationsCommandInput,
  PutNotificationConfigurationCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { NotificationTypes } from '../behaviour/announcements.ts';
import { send } from '../behaviour/hook-waits.ts';
import { mustFind } from '../behaviour/input.ts';
import { paged } from '../behaviour/paging.ts';
import { validationError } from '../errors.ts';
import { keyOf, notifications, ofGroup } from '../state.ts';

/** Takes the place of what the topic was told before; the topic is told so. */
export async function PutNotificationConfiguration(ctx: Context, input: PutNotificationConfigurationCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const { TopicARN = '', NotificationTypes: types = [] } = input;
  const { AutoScalingGroupName, AutoScalingGroupARN } = group;
  if (parseArn(TopicARN)?.service !== 'sns') throw validationError(`Invalid topic ARN: ${TopicARN}`);
  const unknown = types.find((type) => !NotificationTypes.includes(type));
  if (unknown !== undefined) throw validationError(`${unknown} is not a valid notification type.`);
  if (types.length === 0) throw validationError('At least one notification type must be specified.');
  const before = notifications(ctx).get(keyOf(AutoScalingGroupName, TopicARN));
  notifications(ctx).put(keyOf(AutoScalingGroupName, TopicARN), {
    AutoScalingGroupName,
    TopicARN,
    NotificationTypes: [...new Set(types)],
  });
  const message = { AutoScalingGroupName, AutoScalingGroupARN, Event: 'autoscaling:TEST_NOTIFICATION' };
  const Subject = `Auto Scaling: test notification for group "${AutoScalingGroupName}"`;
  if (!before) void ctx.clock.track(send(ctx, group, TopicARN, message, Subject));
  return {};
}

/** One line for each topic and type. */
export function DescribeNotificationConfigurations(
  ctx: Context,
  input: DescribeNotificationConfigurationsCommandInput,
) {
  const names = input.AutoScalingGroupNames ?? [];
  const found = notifications(ctx)
    .values()
    .filter(({ AutoScalingGroupName }) => names.length === 0 || names.includes(AutoScalingGroupName))
    .flatMap(({ NotificationTypes: types, ...about }) =>
      types.map((NotificationType) => ({ ...about, NotificationType })),
    );
  const { page, ...rest } = paged(found, input);
  return { NotificationConfigurations: page, ...rest };
}

export function DeleteNotificationConfiguration(ctx: Context, input: DeleteNotificationConfigurationCommandInput) {
  const { AutoScalingGroupName } = mustFind(ctx, input.AutoScalingGroupName);
  const known = ofGroup(notifications(ctx), AutoScalingGroupName).find(({ TopicARN }) => TopicARN === input.TopicARN);
  if (!known) throw validationError(`No notification configuration found for topic ${input.TopicARN} of the group.`);
  notifications(ctx).delete(keyOf(AutoScalingGroupName, known.TopicARN));
  return {};
}

export function DescribeAutoScalingNotificationTypes() {
  return { AutoScalingNotificationTypes: NotificationTypes };
}
