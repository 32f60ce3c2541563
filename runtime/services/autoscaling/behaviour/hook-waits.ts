import { parseArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Group, type Hook, hooks, type Member, ofGroup } from '../state.ts';
import { asAutoScaling } from './as-autoscaling.ts';
import { putEvent } from './events.ts';
import type { Keeper } from './keeper.ts';

/** The hooks that hold an instance back in a transition. */
export function waitsFor(kernel: Kernel, group: Group, transition: Hook['LifecycleTransition']): Hook[] {
  const all = ofGroup(hooks({ ...group, store: kernel.store }), group.AutoScalingGroupName);
  return all.filter(({ LifecycleTransition }) => LifecycleTransition === transition);
}

/** What each hook of a waiting instance still needs: an answer, or its time to pass. */
export function notifyHooks(keeper: Keeper, group: Group, member: Member, waiting: Hook[]): void {
  for (const hook of waiting) {
    void keeper.kernel.clock.track(notify(keeper.kernel, group, member, hook));
    armHook(keeper, group, member, hook);
  }
}

/** "HeartbeatTimeout": when it passes, the hook's default result is what becomes of the instance. */
export function armHook(keeper: Keeper, group: Group, member: Member, hook: Hook): void {
  const token = member.token;
  const name = `life-cycle hook ${hook.LifecycleHookName} of ${member.InstanceId}`;
  const key = `${token}/${hook.LifecycleHookName}`;
  deadlines(keeper).get(key)?.cancel();
  const timer = keeper.later(hook.HeartbeatTimeout * 1000, name, () => {
    deadlines(keeper).delete(key);
    const now = keeper.find(group, group.AutoScalingGroupName)?.members.find((one) => one.token === token);
    if (now) complete(keeper, group, now, { hook: hook.LifecycleHookName, result: hook.DefaultResult });
  });
  deadlines(keeper).set(key, timer);
}

const timers = new WeakMap<Keeper, Map<string, { cancel(): void }>>();

function deadlines(keeper: Keeper): Map<string, { cancel(): void }> {
  const known = timers.get(keeper) ?? new Map();
  timers.set(keeper, known);
  return known;
}

/** Which hooks a waiting instance has had an answer from. */
const answered = new WeakMap<Keeper, Map<string, Set<string>>>();

/**
 * "Complete a lifecycle action": an instance goes on when each hook said CONTINUE; ABANDON ends a launch at once, and a
 * termination's waiting.
 */
export function complete(
  keeper: Keeper,
  group: Group,
  member: Member,
  { hook, result }: { hook: string; result: 'CONTINUE' | 'ABANDON' },
): void {
  const { token, LifecycleState } = member;
  if (token === undefined || !LifecycleState.endsWith(':Wait')) return;
  const key = `${token}/${hook}`;
  deadlines(keeper).get(key)?.cancel();
  deadlines(keeper).delete(key);
  const toPool = LifecycleState === 'Warmed:Pending:Wait';
  const launching = LifecycleState === 'Pending:Wait' || (toPool && !member.returning);
  // What comes back to the pool and is given up ends as it would have without the pool.
  if (result === 'ABANDON' && (launching || toPool)) {
    keeper.launches.abandon(group, member);
    return;
  }
  const all = answered.get(keeper) ?? new Map<string, Set<string>>();
  answered.set(keeper, all);
  const done = (all.get(token) ?? new Set<string>()).add(hook);
  all.set(token, done);
  const transition = launching ? 'autoscaling:EC2_INSTANCE_LAUNCHING' : 'autoscaling:EC2_INSTANCE_TERMINATING';
  const open = waitsFor(keeper.kernel, group, transition).filter(
    ({ LifecycleHookName }) => !done.has(LifecycleHookName),
  );
  if (open.length > 0 && result === 'CONTINUE') return;
  all.delete(token);
  if (toPool) keeper.pools.proceed(group, member);
  else if (launching) keeper.launches.proceed(group, member);
  else keeper.terminations.proceed(group, member);
}

async function notify(kernel: Kernel, group: Group, member: Member, hook: Hook): Promise<void> {
  const launching = hook.LifecycleTransition.endsWith('LAUNCHING');
  const message = {
    LifecycleActionToken: member.token,
    AutoScalingGroupName: group.AutoScalingGroupName,
    LifecycleHookName: hook.LifecycleHookName,
    EC2InstanceId: member.InstanceId,
    LifecycleTransition: hook.LifecycleTransition,
    ...(hook.NotificationMetadata ? { NotificationMetadata: hook.NotificationMetadata } : {}),
    ...journey(member),
  };
  await putEvent(kernel, group, {
    DetailType: `EC2 Instance-${launching ? 'launch' : 'terminate'} Lifecycle Action`,
    detail: message,
    resources: [group.AutoScalingGroupARN],
  });
  if (hook.NotificationTargetARN) await send(kernel, group, hook.NotificationTargetARN, message);
}

/** "Amazon EC2 Auto Scaling event reference": where an instance comes from, and where it is going. */
function journey({ LifecycleState, fromPool, returning }: Member): { Origin: string; Destination: string } {
  const warmed = LifecycleState.startsWith('Warmed:');
  if (LifecycleState.includes('Terminating'))
    return { Origin: warmed ? 'WarmPool' : 'AutoScalingGroup', Destination: 'EC2' };
  if (warmed) return { Origin: returning ? 'AutoScalingGroup' : 'EC2', Destination: 'WarmPool' };
  return { Origin: fromPool ? 'WarmPool' : 'EC2', Destination: 'AutoScalingGroup' };
}

/** To a topic or a queue, with what every message of Auto Scaling says ("Lifecycle hook notifications"). */
export async function send(
  kernel: Kernel,
  group: Group,
  target: string,
  message: object,
  Subject = 'Auto Scaling',
): Promise<void> {
  const ctx = asAutoScaling(kernel, group);
  const arn = parseArn(target);
  const about = {
    Service: 'AWS Auto Scaling',
    Time: new Date(kernel.clock.now()).toISOString(),
    RequestId: kernel.ids.uuid(),
    AccountId: group.account,
    ...message,
  };
  const text = JSON.stringify(about);
  try {
    if (arn?.service === 'sns') await ctx.call('sns', 'Publish', { TopicArn: target, Subject, Message: text });
    else if (arn?.service === 'sqs') {
      const QueueUrl = `https://sqs.${arn.region}.amazonaws.com/${arn.account}/${arn.resource}`;
      await ctx.call('sqs', 'SendMessage', { QueueUrl, MessageBody: text });
    }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const where = `autoscaling ${group.AutoScalingGroupName}, notification to ${target}`;
    kernel.events.emit('problem', { timeMs: kernel.clock.now(), where, message: `${error.code}: ${error.message}` });
  } finally {
    ctx.trace.end();
  }
}
