import { formatArn } from '../../../kernel/arn.ts';
import type { Kernel, Running } from '../../../kernel/service.ts';
import { type Activity, type Group, notifications, ofGroup } from '../state.ts';
import { find } from './activities.ts';
import { putEvent } from './events.ts';
import { send } from './hook-waits.ts';

/** What launches and terminations come to, told to EventBridge and to the topics of the group. */
export function announce(kernel: Kernel): Running {
  const { events, clock } = kernel;
  const stops = [
    events.on('autoscaling.launched', (ended) => void clock.track(tell(kernel, 'launched', ended))),
    events.on('autoscaling.launch-failed', (ended) => void clock.track(tell(kernel, 'notLaunched', ended))),
    events.on('autoscaling.terminated', (ended) => void clock.track(tell(kernel, 'terminated', ended))),
    events.on('autoscaling.termination-failed', (ended) => void clock.track(tell(kernel, 'notTerminated', ended))),
  ];
  return {
    stop() {
      for (const stop of stops) stop();
    },
  };
}

/** "Amazon SNS notification options" and "Amazon EC2 Auto Scaling event reference" (User Guide). */
const kinds = {
  launched: { type: 'EC2_INSTANCE_LAUNCH', event: 'EC2 Instance Launch Successful', subject: 'launch' },
  notLaunched: {
    type: 'EC2_INSTANCE_LAUNCH_ERROR',
    event: 'EC2 Instance Launch Unsuccessful',
    subject: 'failed launch',
  },
  terminated: { type: 'EC2_INSTANCE_TERMINATE', event: 'EC2 Instance Terminate Successful', subject: 'termination' },
  notTerminated: {
    type: 'EC2_INSTANCE_TERMINATE_ERROR',
    event: 'EC2 Instance Terminate Unsuccessful',
    subject: 'failed termination',
  },
} as const;

export const NotificationTypes = [
  ...Object.values(kinds).map(({ type }) => `autoscaling:${type}`),
  'autoscaling:TEST_NOTIFICATION',
];

interface Ended {
  group: Group;
  instanceId?: string;
  activityId: string | undefined;
}

async function tell(kernel: Kernel, kind: keyof typeof kinds, ended: Ended): Promise<void> {
  const { group, instanceId, activityId } = ended;
  const { type, event, subject } = kinds[kind];
  const activity = activityId === undefined ? undefined : find(kernel, group, activityId);
  if (!activity) return;
  const launching = kind === 'launched' || kind === 'notLaunched';
  const about = detailOf(activity, instanceId, launching);
  const { account, region, AutoScalingGroupARN, AutoScalingGroupName } = group;
  const instanceArns = instanceId ? [formatArn('ec2', region, account, `instance/${instanceId}`)] : [];
  await putEvent(kernel, group, {
    DetailType: event,
    detail: { ...about, RequestId: kernel.ids.uuid() },
    resources: [AutoScalingGroupARN, ...instanceArns],
  });
  const Event = `autoscaling:${type}`;
  const message = { ...about, AutoScalingGroupARN, Progress: 100, Event };
  for (const { TopicARN } of listenersOf(kernel, group, Event))
    await send(kernel, group, TopicARN, message, `Auto Scaling: ${subject} for group "${AutoScalingGroupName}"`);
}

/** StatusCode is not the activity's: AWS says InProgress of what succeeded ("Successful launch event"). */
function detailOf(activity: Activity, EC2InstanceId: string | undefined, launching: boolean) {
  const { AutoScalingGroupName, ActivityId, Description, Cause, StatusMessage = '', Details } = activity;
  return {
    StatusCode: activity.StatusCode === 'Successful' ? 'InProgress' : activity.StatusCode,
    Description,
    AutoScalingGroupName,
    ActivityId,
    Details: JSON.parse(Details) as object,
    StatusMessage,
    StartTime: new Date(activity.startMs).toISOString(),
    EndTime: new Date(activity.endMs ?? activity.startMs).toISOString(),
    EC2InstanceId: EC2InstanceId ?? '',
    Cause,
    Origin: launching ? 'EC2' : 'AutoScalingGroup',
    Destination: launching ? 'AutoScalingGroup' : 'EC2',
  };
}

function listenersOf(kernel: Kernel, group: Group, type: string) {
  const where = { store: kernel.store, account: group.account, region: group.region };
  return ofGroup(notifications(where), group.AutoScalingGroupName).filter(({ NotificationTypes: types }) =>
    types.includes(type),
  );
}
