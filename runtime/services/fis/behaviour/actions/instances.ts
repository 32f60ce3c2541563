import { durationMs } from '../durations.ts';
import type { ActionRun, ActionType } from './action.ts';

const target = { name: 'Instances', resourceType: 'aws:ec2:instance' };

export const stopInstances: ActionType = {
  id: 'aws:ec2:stop-instances',
  description: 'Stops the EC2 instances, and starts them again after a while where that is asked for.',
  target,
  parameters: {
    startInstancesAfterDuration: { description: 'When to start them again, in ISO 8601; never where it is left out.' },
  },
  lastsMs: ({ startInstancesAfterDuration: after }) =>
    after === undefined ? undefined : durationMs(after, 'startInstancesAfterDuration'),
  async begin(run) {
    run.keep({ instanceIds: idsOf(run) });
    await run.ctx.call('ec2', 'StopInstances', { InstanceIds: idsOf(run) });
  },
  /** Those that were terminated meanwhile stay so (an Auto Scaling group replaces a stopped instance). */
  async end(run, { instanceIds }) {
    const Filters = [{ Name: 'instance-state-name', Values: ['stopping', 'stopped'] }];
    const { Reservations = [] } = await run.ctx.call<{
      Reservations?: { Instances?: { InstanceId?: string }[] }[];
    }>('ec2', 'DescribeInstances', { Filters });
    const stopped = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId));
    const InstanceIds = stopped.filter((id) => (instanceIds as string[]).includes(id));
    if (InstanceIds.length > 0) await run.ctx.call('ec2', 'StartInstances', { InstanceIds });
  },
};

export const rebootInstances: ActionType = {
  id: 'aws:ec2:reboot-instances',
  description: 'Reboots the EC2 instances.',
  target,
  parameters: {},
  async begin(run) {
    await run.ctx.call('ec2', 'RebootInstances', { InstanceIds: idsOf(run) });
  },
};

export const terminateInstances: ActionType = {
  id: 'aws:ec2:terminate-instances',
  description: 'Terminates the EC2 instances.',
  target,
  parameters: {},
  async begin(run) {
    await run.ctx.call('ec2', 'TerminateInstances', { InstanceIds: idsOf(run) });
  },
};

function idsOf({ targets }: ActionRun): string[] {
  return targets.map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
}
