import { firewalls } from '../../../data-planes/waf/firewalls.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { associations } from '../state.ts';

/** A load balancer that has been deleted holds its web ACL no longer. */
export async function forgetDeletedResources(ctx: Context, aclArn: string): Promise<void> {
  for (const { ResourceArn, WebACLArn } of associations(ctx, ctx).values()) {
    if (WebACLArn !== aclArn || (await exists(ctx, ResourceArn))) continue;
    associations(ctx, ctx).delete(ResourceArn);
    ctx.engine(firewalls).detach(ResourceArn);
  }
}

/** Asked with the caller's permissions, for the web ACL is changed on the caller's behalf. */
export async function exists(ctx: Context, loadBalancerArn: string): Promise<boolean> {
  try {
    await ctx.call('elbv2', 'DescribeLoadBalancers', { LoadBalancerArns: [loadBalancerArn] });
    return true;
  } catch (error) {
    if (error instanceof AwsError && /LoadBalancerNotFound/.test(error.code)) return false;
    throw error;
  }
}
