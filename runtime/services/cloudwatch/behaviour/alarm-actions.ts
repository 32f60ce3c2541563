import { alarmPolicies, isResourcePolicy } from '../../../engines/scaling/alarm-policies.ts';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { validationError } from '../errors.ts';
import type { Alarm, StateValue } from '../state.ts';
import { actionSubject, lambdaEvent, snsMessage } from './alarm-messages.ts';
import { remember } from './history.ts';

/** Kinds of actions by the service in their ARN, and the service here that carries them out. */
const kinds: Record<string, { service: string; run: (ctx: Context, call: ActionCall) => Promise<object> } | undefined> =
  lookupTable({
    sns: {
      service: 'sns',
      run: (ctx, { arn, before, now }) => {
        const input = { TopicArn: arn, Subject: actionSubject(now), Message: snsMessage(before, now) };
        return ctx.call('sns', 'Publish', input, {
          principal: servicePrincipal('cloudwatch.amazonaws.com', now.account, { sourceArn: now.AlarmArn }),
        });
      },
    },
    lambda: {
      service: 'lambda',
      run: (ctx, { arn, before, now }) => {
        const input = {
          FunctionName: arn,
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify(lambdaEvent(before, now))),
        };
        const principal = servicePrincipal('lambda.alarms.cloudwatch.amazonaws.com', now.account, {
          sourceArn: now.AlarmArn,
        });
        return ctx.call('lambda', 'Invoke', input, { principal });
      },
    },
    autoscaling: {
      service: 'autoscaling',
      run: async (ctx, { arn, now, newest = newestValue(now) }) => {
        const threshold = now.kind === 'metric' ? now.Threshold : undefined;
        const occasion = { policyArn: arn, alarmName: now.AlarmName, value: newest, threshold };
        if (isResourcePolicy(arn)) {
          await ctx.engine(alarmPolicies).execute(occasion);
          return {};
        }
        const input = { PolicyName: arn, MetricValue: occasion.value, BreachThreshold: threshold };
        const principal = servicePrincipal('cloudwatch.amazonaws.com', now.account, {
          sourceArn: now.AlarmArn,
          serviceLinked: true,
        });
        return ctx.call('autoscaling', 'ExecutePolicy', input, { principal });
      },
    },
  });

/** What a step is chosen by. Composite alarms, and those over what is missing, have no value. */
function newestValue({ StateReasonData }: Alarm): number | undefined {
  if (StateReasonData === undefined) return undefined;
  const { recentDatapoints } = JSON.parse(StateReasonData) as { recentDatapoints?: number[] };
  return recentDatapoints?.at(-1);
}

interface ActionCall {
  arn: string;
  before: Alarm;
  now: Alarm;
  /** The newest value that was measured; default what the alarm says of its last change. */
  newest?: number | undefined;
}

/** An action that nothing here carries out is refused when the alarm is put, not found missing when it goes off. */
export function checkActions(ctx: Context, arns: string[]): void {
  if (arns.length > 5) throw validationError('An alarm can have no more than 5 actions for a state.');
  for (const text of arns) {
    const arn = parseArn(text);
    if (!arn) throw validationError(`Invalid arn syntax: ${text}`);
    const kind = kinds[arn.service];
    const runs = isResourcePolicy(text)
      ? ctx.engine(alarmPolicies).runs
      : kind !== undefined && ctx.engine(registry).services.has(kind.service);
    if (!runs)
      throw refused(`cloudwatch alarm action ${text}`, `Orrery does not run ${arn.service} actions of alarms.`);
  }
}

/** Carries out the actions of the alarm's new state, beside whatever changed it. */
export function runActions(kernel: Kernel, before: Alarm, now: Alarm): void {
  if (!now.ActionsEnabled) return;
  for (const arn of actionsOf(now, now.StateValue)) void kernel.clock.track(runAction(kernel, { arn, before, now }));
}

/**
 * "Invoking Auto Scaling actions": as long as the alarm stays in its state they are invoked every minute, so that a policy
 * whose step was not enough goes on.
 */
export function repeatActions(kernel: Kernel, now: Alarm, newest: number | undefined): void {
  if (!now.ActionsEnabled) return;
  for (const arn of actionsOf(now, now.StateValue))
    if (repeats(arn)) void kernel.clock.track(runAction(kernel, { arn, before: now, now, newest }, { again: true }));
}

const repeats = (arn: string): boolean => parseArn(arn)?.service === 'autoscaling';

/** Whether an alarm in this state must be looked at again, with or without new data. */
export function hasRepeats(alarm: Alarm): boolean {
  return alarm.ActionsEnabled && actionsOf(alarm, alarm.StateValue).some(repeats);
}

function actionsOf(alarm: Alarm, state: StateValue): string[] {
  if (state === 'ALARM') return alarm.AlarmActions;
  return state === 'OK' ? alarm.OKActions : alarm.InsufficientDataActions;
}

async function runAction(kernel: Kernel, call: ActionCall, { again = false } = {}): Promise<void> {
  const { arn, now } = call;
  const kind = kinds[parseArn(arn)?.service ?? ''];
  const ctx = kernel.context({
    principal: servicePrincipal('cloudwatch.amazonaws.com', now.account),
    region: parseArn(arn)?.region || now.region,
  });
  let failure: string | undefined;
  try {
    await kind?.run(ctx, call);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    failure = `${error.code}: ${error.message}`;
  }
  ctx.trace.end({ status: failure ? 500 : 200 });
  // An alarm that stays on for a week would have ten thousand lines of the same.
  if (again && failure === undefined) return;
  const summary = failure
    ? `Failed to execute action ${arn}. Received error: "${failure}"`
    : `Successfully executed action ${arn}`;
  remember(kernel, now, 'Action', summary, {
    actionState: failure ? 'Failed' : 'Succeeded',
    notificationResource: arn,
    stateUpdateTimestamp: now.stateUpdatedMs,
    error: failure ?? null,
  });
}
