import { deadLetterCode, type Exhausted, Outbox, type Parcel } from '../../../engines/outbox/outbox.ts';
import { parseArn } from '../../../kernel/arn.ts';
import { authorization } from '../../../kernel/authorizer.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { startTrace } from '../../../kernel/events/hop.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { groupArn, type Schedule } from '../state.ts';
import { sendTo } from './targets.ts';

/** One time of a schedule, on its way to the target. */
export interface Invocation {
  schedule: Schedule;
  scheduledMs: number;
  executionId: string;
}

export const invocations = defineEngine(
  'scheduler.invocations',
  (kernel) =>
    new Outbox<Invocation>(kernel, {
      name: 'scheduler',
      describe: ({ schedule }) => `invocation by schedule ${schedule.Name}`,
      policy: ({ schedule }) => schedule.Target.RetryPolicy ?? {},
      carry: (parcel) => carry(kernel, parcel),
      giveUp: (parcel, failure, exhausted) => giveUp(kernel, parcel, failure, exhausted),
    }),
);

async function carry(kernel: Kernel, { content, attempts }: Parcel<Invocation>): Promise<void> {
  const { schedule } = content;
  const ctx = contextOf(kernel, schedule);
  count(ctx, schedule, 'InvocationAttemptCount');
  if (attempts === 0) meter(ctx, schedule);
  try {
    const target = schedule.Target;
    await sendTo(asRole(ctx, schedule), target, inputOf(content, attempts));
  } catch (error) {
    if (error instanceof AwsError) {
      count(ctx, schedule, 'TargetErrorCount');
      ctx.trace.end({ status: error.status, error: error.code });
    }
    throw error;
  }
  ctx.trace.end({ status: 200 });
}

/** A session of the execution role. aws:SourceArn is the group's ("Confused deputy prevention in EventBridge Scheduler"). */
export function asRole(ctx: Context, { Target, Name }: Pick<Schedule, 'Target' | 'Name'>): Context {
  const authorizer = ctx.engine(authorization).current;
  if (!authorizer) throw new AwsError('AccessDeniedException', `The role ${Target.RoleArn} cannot be assumed.`);
  const { principal } = authorizer.assumeRole(ctx, {
    roleArn: Target.RoleArn ?? '',
    sessionName: Name.slice(0, 64).padEnd(2, '_'),
    by: ctx.principal,
  });
  return ctx.as({ principal });
}

export function schedulerPrincipal(schedule: Pick<Schedule, 'account' | 'region' | 'GroupName'>) {
  return servicePrincipal('scheduler.amazonaws.com', schedule.account, {
    sourceArn: groupArn(schedule, schedule.GroupName),
  });
}

function contextOf(kernel: Kernel, schedule: Schedule): Context {
  const { region, Name, Arn } = schedule;
  const trace = startTrace(kernel, 'scheduler', `schedule ${Name}`, { resource: Arn });
  return kernel.context({ principal: schedulerPrincipal(schedule), region, trace });
}

/** The input with its context attributes, or the event that Scheduler sends where there is none. */
function inputOf({ schedule, scheduledMs, executionId }: Invocation, attempts: number): string {
  const time = new Date(scheduledMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const { Arn, account, region, Target } = schedule;
  if (Target.Input === undefined)
    return JSON.stringify({
      version: '0',
      id: executionId,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account,
      time,
      region,
      resources: [Arn],
      detail: '{}',
    });
  return Target.Input.replaceAll('<aws.scheduler.schedule-arn>', Arn)
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.execution-id>', executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(attempts + 1));
}

/** "Configuring a dead-letter queue for EventBridge Scheduler": the role sends the input, and in attributes what became of it. */
async function giveUp(
  kernel: Kernel,
  { content, attempts }: Parcel<Invocation>,
  failure: AwsError,
  exhausted: Exhausted | undefined,
): Promise<void> {
  const { schedule, scheduledMs, executionId } = content;
  const ctx = contextOf(kernel, schedule);
  count(ctx, schedule, 'InvocationDroppedCount');
  const arn = parseArn(schedule.Target.DeadLetterConfig?.Arn ?? '');
  if (!arn) return ctx.trace.end({ status: failure.status, error: failure.code });
  const attributes = {
    ERROR_CODE: deadLetterCode(failure),
    ERROR_MESSAGE: failure.message || '-',
    EXECUTION_ID: executionId,
    IS_PAYLOAD_TRUNCATED: 'false',
    RETRY_ATTEMPTS: String(attempts),
    SCHEDULED_TIME: new Date(scheduledMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    SCHEDULE_ARN: schedule.Arn,
    TARGET_ARN: schedule.Target.Arn ?? '',
    ...(exhausted ? { EXHAUSTED_RETRY_CONDITION: exhausted } : {}),
  };
  try {
    await asRole(ctx, schedule).call(
      'sqs',
      'SendMessage',
      {
        QueueUrl: `https://sqs.${arn.region}.amazonaws.com/${arn.account}/${arn.resource}`,
        MessageBody: inputOf(content, attempts),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
        ),
      },
      { region: arn.region },
    );
    count(ctx, schedule, 'InvocationsSentToDeadLetterCount');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    count(ctx, schedule, 'InvocationsFailedToBeSentToDeadLetterCount');
  }
  ctx.trace.end({ status: failure.status, error: failure.code });
}

/** "Amazon EventBridge pricing": an invocation is charged once, however often it is tried. */
function meter(ctx: Context, { Arn, region, account }: Schedule): void {
  const traces = [ctx.trace.traceId];
  const usageType = 'ScheduledInvocation';
  ctx.events.emit('usage', { service: 'scheduler', usageType, amount: 1, resource: Arn, region, account, traces });
}

/** "Monitoring EventBridge Scheduler with Amazon CloudWatch": by group. */
function count(kernel: Kernel, { GroupName, region, account }: Schedule, name: string): void {
  kernel.events.emit('metric', {
    namespace: 'AWS/Scheduler',
    name,
    dimensions: { ScheduleGroup: GroupName },
    value: 1,
    unit: 'Count',
    timeMs: kernel.clock.now(),
    region,
    account,
  });
}
