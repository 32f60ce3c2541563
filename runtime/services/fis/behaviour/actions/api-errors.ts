import { type ApiFault, apiFaults } from '../../../../kernel/faults/api-faults.ts';
import { registry } from '../../../../kernel/resource-registry.ts';
import { validation } from '../../errors.ts';
import { durationMs } from '../durations.ts';
import { type ActionRun, type ActionType, duration } from './action.ts';
import { percentageOf } from './percentage.ts';

/**
 * Calls of roles that fail. On AWS the service is EC2 or Kinesis; here it is any that runs, by its signing name, and
 * `operations` may be left out for all of them.
 */
export const apiErrors: ActionType[] = (['internal-error', 'throttle-error', 'unavailable-error'] as const).map(
  (kind) => ({
    id: `aws:fis:inject-api-${kind}`,
    description: `API calls of the IAM roles fail: ${kind.replace('-', ' ')}.`,
    target: { name: 'Roles', resourceType: 'aws:iam:role' },
    parameters: {
      ...duration,
      service: { description: 'The API that fails, by the name it has in the AWS CLI.', required: true },
      percentage: { description: 'How many of 100 calls fail.', required: true },
      operations: { description: 'The operations that fail, separated by commas.' },
    },
    check: ({ percentage = '' }) => void percentageOf('percentage', percentage),
    lastsMs: (parameters) => durationMs(parameters.duration ?? '', 'duration'),
    async begin(run) {
      const { service = '' } = run.parameters;
      if (!run.ctx.engine(registry).services.has(service)) throw validation(`No service called ${service} runs here.`);
      strike(run, kind);
    },
    async end(run) {
      for (const id of run.targets.map((role) => faultId(run, role))) run.ctx.engine(apiFaults).heal(id);
    },
    resume: (run) => strike(run, kind),
  }),
);

function strike(run: ActionRun, kind: ApiFault['kind']): void {
  const { service = '', percentage = '', operations } = run.parameters;
  for (const roleArn of run.targets) {
    run.ctx.engine(apiFaults).start({
      id: faultId(run, roleArn),
      service,
      operations: operations?.split(',').map((name) => name.trim()) ?? [],
      kind,
      percentage: percentageOf('percentage', percentage),
      roleArn,
    });
  }
}

function faultId(run: ActionRun, roleArn: string): string {
  return `${run.id} ${roleArn}`;
}
