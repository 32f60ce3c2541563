import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { invocations } from './behaviour/invocations.ts';
import { arm } from './behaviour/timers.ts';
import * as groupOperations from './operations/groups.ts';
import * as scheduleOperations from './operations/schedules.ts';
import { Schedule } from './resources/Schedule.ts';
import { ScheduleGroup } from './resources/ScheduleGroup.ts';
import { groupArn, scheduleArn, schedules } from './state.ts';

const refusedTargets = ['EcsParameters', 'KinesisParameters', 'SageMakerPipelineParameters'].concat(
  'EventBridgePutEventsV2Parameters',
  'EventBridgePutRawEventsParameters',
);

export default defineService({
  name: 'scheduler',
  actionPrefix: 'scheduler',
  operations: { ...scheduleOperations, ...groupOperations },
  resources: [Schedule, ScheduleGroup],
  authorization: authorize,
  dependencies: ['iam'],
  start,
  fidelity: {
    'CreateSchedule.Description': 'stored',
    'CreateSchedule.KmsKeyArn': 'stored',
    'UpdateSchedule.Description': 'stored',
    'UpdateSchedule.KmsKeyArn': 'stored',
    ...Object.fromEntries(
      ['CreateSchedule', 'UpdateSchedule'].flatMap((operation) =>
        refusedTargets.map((name) => [`${operation}.Target.${name}`, { refused: 'targets of its kind are not run.' }]),
      ),
    ),
  },
});

/** "Actions, resources, and condition keys for Amazon EventBridge Scheduler"; the execution role has to be passed. */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access | Access[] {
  const action = `scheduler:${operation}`;
  if (/^List(Schedules|ScheduleGroups)$/.test(operation)) return { action, resource: '*' };
  if (typeof input.ResourceArn === 'string') return { action, resource: input.ResourceArn };
  if (operation.endsWith('Group')) return { action, resource: groupArn(ctx, String(input.Name)) };
  const resource = scheduleArn(ctx, String(input.GroupName ?? 'default'), String(input.Name));
  const { RoleArn } = (input.Target ?? {}) as { RoleArn?: string };
  if (RoleArn === undefined) return { action, resource };
  const conditions = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
  return [
    { action, resource },
    { action: 'iam:PassRole', resource: RoleArn, conditions },
  ];
}

function start(kernel: Kernel): Running {
  for (const scope of kernel.store.scopes('scheduler.schedules'))
    for (const schedule of schedules(kernel, scope).values()) arm(kernel, schedule, kernel.clock.now());
  const outbox = kernel.engine(invocations);
  outbox.resume();
  return { stop: () => outbox.stop() };
}
