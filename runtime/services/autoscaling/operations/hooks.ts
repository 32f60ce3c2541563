import type {
  CompleteLifecycleActionCommandInput,
  DeleteLifecycleHookCommandInput,
  DescribeLifecycleHooksCommandInput,
  PutLifecycleHookCommandInput,
  RecordLifecycleActionHeartbeatCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { armHook, complete } from '../behaviour/hook-waits.ts';
import { mustFind } from '../behaviour/input.ts';
import { keeper } from '../behaviour/keeper.ts';
import { limitExceeded, validationError } from '../errors.ts';
import { type Group, type Hook, hooks, keyOf, type Member, ofGroup } from '../state.ts';

/** "Quotas for Auto Scaling": life-cycle hooks per group. */
const mostHooks = 50;
/** "PutLifecycleHook", HeartbeatTimeout: 30 to 7200 seconds, an hour unless said. */
const heartbeat = { least: 30, most: 7200, usual: 3600 };

export function PutLifecycleHook(ctx: Context, input: PutLifecycleHookCommandInput) {
  const { AutoScalingGroupName: name } = mustFind(ctx, input.AutoScalingGroupName);
  const { LifecycleHookName = '', LifecycleTransition, NotificationTargetARN, RoleARN, NotificationMetadata } = input;
  const before = hooks(ctx).get(keyOf(name, LifecycleHookName));
  const transition = LifecycleTransition ?? before?.LifecycleTransition;
  if (!isTransition(transition)) throw validationError(`Invalid Lifecycle Transition specified: ${transition}.`);
  const HeartbeatTimeout = input.HeartbeatTimeout ?? before?.HeartbeatTimeout ?? heartbeat.usual;
  if (HeartbeatTimeout < heartbeat.least || HeartbeatTimeout > heartbeat.most)
    throw validationError(
      `Invalid Heartbeat Timeout: ${HeartbeatTimeout}. It must be between ${heartbeat.least} and ${heartbeat.most} seconds.`,
    );
  const DefaultResult = input.DefaultResult ?? before?.DefaultResult ?? 'ABANDON';
  if (DefaultResult !== 'CONTINUE' && DefaultResult !== 'ABANDON')
    throw validationError(`Invalid Default Result: ${DefaultResult}. It must be CONTINUE or ABANDON.`);
  if (NotificationTargetARN && !['sns', 'sqs'].includes(parseArn(NotificationTargetARN)?.service ?? ''))
    throw validationError(
      `Invalid Notification Target ARN: ${NotificationTargetARN}. Orrery notifies SNS topics and SQS queues.`,
    );
  if (!before && ofGroup(hooks(ctx), name).length >= mostHooks)
    throw limitExceeded(`You have reached the limit of ${mostHooks} lifecycle hooks for the group.`);
  const kept = { NotificationTargetARN, RoleARN, NotificationMetadata };
  const said = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined && value !== ''));
  hooks(ctx).put(keyOf(name, LifecycleHookName), {
    ...before,
    ...said,
    AutoScalingGroupName: name,
    LifecycleHookName,
    LifecycleTransition: transition,
    HeartbeatTimeout,
    DefaultResult,
  });
  return {};
}

function isTransition(text: string | undefined): text is Hook['LifecycleTransition'] {
  return text === 'autoscaling:EC2_INSTANCE_LAUNCHING' || text === 'autoscaling:EC2_INSTANCE_TERMINATING';
}

export function DescribeLifecycleHooks(ctx: Context, input: DescribeLifecycleHooksCommandInput) {
  const { AutoScalingGroupName: name } = mustFind(ctx, input.AutoScalingGroupName);
  const wanted = input.LifecycleHookNames ?? [];
  const found = ofGroup(hooks(ctx), name).filter(
    (hook) => wanted.length === 0 || wanted.includes(hook.LifecycleHookName),
  );
  // "GlobalTimeout": 48 hours or 100 times the heartbeat time-out, whichever is smaller.
  const LifecycleHooks = found.map((hook) => ({
    ...hook,
    GlobalTimeout: Math.min(172_800, 100 * hook.HeartbeatTimeout),
  }));
  return { LifecycleHooks };
}

export function DescribeLifecycleHookTypes() {
  return { LifecycleHookTypes: ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'] };
}

/** Instances that wait for the hook go on as if it had said its default. */
export function DeleteLifecycleHook(ctx: Context, input: DeleteLifecycleHookCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const hook = mustFindHook(ctx, group, input.LifecycleHookName);
  const launching = hook.LifecycleTransition === 'autoscaling:EC2_INSTANCE_LAUNCHING';
  for (const member of group.members)
    if (member.LifecycleState.endsWith(':Wait') && isLaunching(member) === launching)
      complete(ctx.engine(keeper), group, member, { hook: hook.LifecycleHookName, result: hook.DefaultResult });
  hooks(ctx).delete(keyOf(group.AutoScalingGroupName, hook.LifecycleHookName));
  return {};
}

export function CompleteLifecycleAction(ctx: Context, input: CompleteLifecycleActionCommandInput) {
  const { group, member, hook } = waiting(ctx, input);
  const { LifecycleActionResult: result } = input;
  if (result !== 'CONTINUE' && result !== 'ABANDON')
    throw validationError(`Invalid Lifecycle Action Result: ${result}. It must be CONTINUE or ABANDON.`);
  complete(ctx.engine(keeper), group, member, { hook: hook.LifecycleHookName, result });
  return {};
}

export function RecordLifecycleActionHeartbeat(ctx: Context, input: RecordLifecycleActionHeartbeatCommandInput) {
  const { group, member, hook } = waiting(ctx, input);
  armHook(ctx.engine(keeper), group, member, hook);
  return {};
}

interface ActionInput {
  AutoScalingGroupName: string | undefined;
  LifecycleHookName: string | undefined;
  LifecycleActionToken?: string | undefined;
  InstanceId?: string | undefined;
}

/** By the token, or by the instance. */
function waiting(ctx: Context, input: ActionInput): { group: Group; member: Member; hook: Hook } {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const hook = mustFindHook(ctx, group, input.LifecycleHookName);
  const { LifecycleActionToken: token, InstanceId: id } = input;
  const member = group.members.find(
    (one) =>
      one.LifecycleState.endsWith(':Wait') && (token === undefined ? one.InstanceId === id : one.token === token),
  );
  if (!member)
    throw validationError(
      token === undefined
        ? `No active Lifecycle Action found with instance ID ${id}`
        : `No active Lifecycle Action found with token ${token}`,
    );
  return { group, member, hook };
}

/** Which hooks an instance waits for: what comes back to the warm pool waits as what is terminated. */
const isLaunching = ({ LifecycleState, returning }: Member): boolean =>
  LifecycleState.includes('Pending') && !returning;

function mustFindHook(ctx: Context, { AutoScalingGroupName: name }: Group, hook: string | undefined): Hook {
  const found = hooks(ctx).get(keyOf(name, hook ?? ''));
  if (!found) throw validationError(`No lifecycle hook found with name ${hook} for Auto Scaling Group ${name}`);
  return found;
}
