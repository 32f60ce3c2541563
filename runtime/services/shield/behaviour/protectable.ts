import { parseArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidResource } from '../errors.ts';

/** How each kind of resource that CreateProtection names is asked for. */
const lookups: readonly { arn: RegExp; exists(ctx: Context, arn: string): Promise<unknown> }[] = [
  {
    arn: /^arn:aws:cloudfront::\d{12}:distribution\/\w+$/,
    exists: (ctx, arn) => ctx.call('cloudfront', 'GetDistribution', { Id: lastOf(arn) }),
  },
  {
    arn: /^arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/app\//,
    exists: (ctx, arn) => ctx.call('elbv2', 'DescribeLoadBalancers', { LoadBalancerArns: [arn] }),
  },
  {
    arn: /^arn:aws:route53:::hostedzone\/\w+$/,
    exists: (ctx, arn) => ctx.call('route53', 'GetHostedZone', { Id: lastOf(arn) }),
  },
  {
    arn: /^arn:aws:ec2:[a-z0-9-]+:\d{12}:eip-allocation\/eipalloc-\w+$/,
    exists: (ctx, arn) => ctx.call('ec2', 'DescribeAddresses', { AllocationIds: [lastOf(arn)] }),
  },
];

/** Distributions, Application Load Balancers, hosted zones and elastic addresses that are there; nothing else can be protected. */
export async function checkProtectable(ctx: Context, arn: string): Promise<void> {
  const lookup = lookups.find((one) => one.arn.test(arn));
  if (!lookup || (parseArn(arn)?.region || ctx.region) !== ctx.region) throw invalidResource(arn);
  try {
    await lookup.exists(ctx, arn);
  } catch (error) {
    if (error instanceof AwsError && /NotFound|NoSuch/.test(error.code)) throw invalidResource(arn);
    throw error;
  }
}

export function resourceTypeOf(arn: string): string {
  if (arn.includes(':cloudfront:')) return 'CLOUDFRONT_DISTRIBUTION';
  if (arn.includes(':route53:')) return 'ROUTE_53_HOSTED_ZONE';
  return arn.includes(':ec2:') ? 'ELASTIC_IP_ALLOCATION' : 'APPLICATION_LOAD_BALANCER';
}

const lastOf = (arn: string): string => arn.split('/').at(-1) ?? '';
