import { capacityFaults } from '../../../../kernel/faults/capacity-faults.ts';
import { validation } from '../../errors.ts';
import { durationMs } from '../durations.ts';
import { type ActionRun, type ActionType, duration } from './action.ts';
import { percentageOf } from './percentage.ts';

/** "aws:ec2:asg-insufficient-instance-capacity-error": a zone that a group can start nothing in. */
export const groupsWithoutCapacity: ActionType = shortage({
  id: 'aws:ec2:asg-insufficient-instance-capacity-error',
  description: 'Launches of the Auto Scaling groups find no capacity in the Availability Zones.',
  target: { name: 'AutoScalingGroups', resourceType: 'aws:ec2:autoscaling-group' },
});

/** "aws:ec2:api-insufficient-instance-capacity-error": RunInstances and StartInstances of roles. */
export const callsWithoutCapacity: ActionType = shortage({
  id: 'aws:ec2:api-insufficient-instance-capacity-error',
  description: 'Launches asked for by the IAM roles find no capacity in the Availability Zones.',
  target: { name: 'Roles', resourceType: 'aws:iam:role' },
});

function shortage(about: Pick<ActionType, 'id' | 'description' | 'target'>): ActionType {
  return {
    ...about,
    parameters: {
      ...duration,
      availabilityZoneIdentifiers: {
        description: 'The zones, by name or id, separated by commas.',
        required: true,
      },
      percentage: { description: 'How many of 100 launches fail; all of them where it is left out.' },
    },
    check({ availabilityZoneIdentifiers = '', percentage = '100' }) {
      if (zonesIn(availabilityZoneIdentifiers).length === 0)
        throw validation('The parameter availabilityZoneIdentifiers names no Availability Zone.');
      percentageOf('percentage', percentage);
    },
    lastsMs: (parameters) => durationMs(parameters.duration ?? '', 'duration'),
    begin: async (run) => strike(run),
    async end(run) {
      for (const target of run.targets) run.ctx.engine(capacityFaults).heal(faultId(run, target));
    },
    resume: strike,
  };
}

function strike(run: ActionRun): void {
  const { availabilityZoneIdentifiers = '', percentage = '100' } = run.parameters;
  for (const target of run.targets)
    run.ctx.engine(capacityFaults).start({
      id: faultId(run, target),
      zones: zonesIn(availabilityZoneIdentifiers),
      percentage: percentageOf('percentage', percentage),
      of: target,
    });
}

function zonesIn(identifiers: string): string[] {
  return identifiers
    .split(',')
    .map((zone) => zone.trim())
    .filter(Boolean);
}

function faultId(run: ActionRun, target: string): string {
  return `${run.id} ${target}`;
}
