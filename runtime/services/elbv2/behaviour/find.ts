import type { Context } from '../../../kernel/service.ts';
import { listenerNotFound, loadBalancerNotFound, targetGroupNotFound, validationError } from '../errors.ts';
import {
  type ListenerRecord,
  type LoadBalancerRecord,
  listeners,
  loadBalancers,
  type TargetGroupRecord,
  targetGroups,
} from '../state.ts';

export function findLoadBalancer(ctx: Context, arn: string | undefined): LoadBalancerRecord {
  if (!/^arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:loadbalancer\//.test(arn ?? ''))
    throw validationError(`'${arn}' is not a valid load balancer ARN`);
  const record = loadBalancers(ctx, ctx).get(arn ?? '');
  if (!record) throw loadBalancerNotFound();
  return record;
}

export function findTargetGroup(ctx: Context, arn: string | undefined): TargetGroupRecord {
  if (!/^arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:targetgroup\//.test(arn ?? ''))
    throw validationError(`'${arn}' is not a valid target group ARN`);
  const record = targetGroups(ctx, ctx).get(arn ?? '');
  if (!record) throw targetGroupNotFound();
  return record;
}

export function findListener(ctx: Context, arn: string | undefined): ListenerRecord {
  if (!/^arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:listener\//.test(arn ?? ''))
    throw validationError(`'${arn}' is not a valid listener ARN`);
  const record = listeners(ctx, ctx).get(arn ?? '');
  if (!record) throw listenerNotFound();
  return record;
}
