import { AwsError } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Group } from '../state.ts';
import { asAutoScaling } from './as-autoscaling.ts';

/** Puts an instance into every target group of its group. One that is gone meanwhile is passed over, and said. */
export function register(
  kernel: Kernel,
  group: Group,
  instanceId: string,
  arns = group.TargetGroupARNs,
): Promise<void> {
  return each(kernel, group, arns, (ctx, TargetGroupArn) =>
    ctx.call('elbv2', 'RegisterTargets', { TargetGroupArn, Targets: [{ Id: instanceId }] }),
  );
}

export function deregister(
  kernel: Kernel,
  group: Group,
  instanceId: string,
  arns = group.TargetGroupARNs,
): Promise<void> {
  return each(kernel, group, arns, (ctx, TargetGroupArn) =>
    ctx.call('elbv2', 'DeregisterTargets', { TargetGroupArn, Targets: [{ Id: instanceId }] }),
  );
}

/** "Deregistration delay": how long the slowest target group lets requests under way end. */
export async function drainingMs(kernel: Kernel, group: Group): Promise<number> {
  let longest = 0;
  await each(kernel, group, group.TargetGroupARNs, async (ctx, TargetGroupArn) => {
    const { Attributes } = await ctx.call<{ Attributes: { Key?: string; Value?: string }[] }>(
      'elbv2',
      'DescribeTargetGroupAttributes',
      { TargetGroupArn },
    );
    const delay = Attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value;
    longest = Math.max(longest, Number(delay ?? 300) * 1000);
  });
  return longest;
}

/** Instance ids that a load balancer finds unhealthy. */
export async function unhealthyTargets(kernel: Kernel, group: Group): Promise<Set<string>> {
  const unhealthy = new Set<string>();
  await each(kernel, group, group.TargetGroupARNs, async (ctx, TargetGroupArn) => {
    const { TargetHealthDescriptions } = await ctx.call<{
      TargetHealthDescriptions: { Target?: { Id?: string }; TargetHealth?: { State?: string } }[];
    }>('elbv2', 'DescribeTargetHealth', { TargetGroupArn });
    for (const { Target, TargetHealth } of TargetHealthDescriptions)
      if (TargetHealth?.State === 'unhealthy' && Target?.Id) unhealthy.add(Target.Id);
  });
  return unhealthy;
}

type Work = (ctx: ReturnType<typeof asAutoScaling>, arn: string) => Promise<unknown>;

async function each(kernel: Kernel, group: Group, arns: readonly string[], work: Work): Promise<void> {
  if (arns.length === 0) return;
  const ctx = asAutoScaling(kernel, group);
  for (const arn of arns) {
    try {
      await work(ctx, arn);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const where = `autoscaling ${group.AutoScalingGroupName}, target group ${arn}`;
      kernel.events.emit('problem', { timeMs: kernel.clock.now(), where, message: error.message });
    }
  }
  ctx.trace.end();
}
