import { alb } from '../../data-planes/alb/alb.ts';
import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { deployAll } from './behaviour/deployment.ts';
import { followInstances } from './behaviour/instances.ts';
import { standing } from './behaviour/usage.ts';
import { fidelity } from './fidelity.ts';
import * as listenerOperations from './operations/listeners.ts';
import * as loadBalancerOperations from './operations/load-balancers.ts';
import * as ruleOperations from './operations/rules.ts';
import * as tagOperations from './operations/tags.ts';
import * as targetGroupOperations from './operations/target-groups.ts';
import * as targetOperations from './operations/targets.ts';
import { Listener } from './resources/Listener.ts';
import { ListenerCertificate } from './resources/ListenerCertificate.ts';
import { ListenerRule } from './resources/ListenerRule.ts';
import { LoadBalancer } from './resources/LoadBalancer.ts';
import { TargetGroup } from './resources/TargetGroup.ts';
import { elbArn } from './state.ts';

export default defineService({
  name: 'elbv2',
  actionPrefix: 'elasticloadbalancing',
  operations: {
    ...loadBalancerOperations,
    ...targetGroupOperations,
    ...targetOperations,
    ...listenerOperations,
    ...ruleOperations,
    ...tagOperations,
  },
  resources: [LoadBalancer, TargetGroup, Listener, ListenerRule, ListenerCertificate],
  usage: { standing, changedBy: ['CreateLoadBalancer', 'DeleteLoadBalancer'] },
  // Access logs go to S3, also when the runtime stops; nodes have interfaces that EC2 keeps.
  dependencies: ['s3', 'ec2', 'lambda'],
  authorization: authorize,
  accessDenied: { code: 'AccessDenied', status: 403 },
  start,
  fidelity,
});

/** "Actions, resources, and condition keys for Elastic Load Balancing V2" (Service Authorization Reference). */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access | Access[] {
  const action = `elasticloadbalancing:${operation}`;
  if (operation.startsWith('Describe')) return { action, resource: '*' };
  if (Array.isArray(input.ResourceArns)) return input.ResourceArns.map((arn) => ({ action, resource: String(arn) }));
  if (operation === 'CreateLoadBalancer')
    return {
      action,
      resource: elbArn(ctx, `loadbalancer/${input.Type === 'network' ? 'net' : 'app'}/${String(input.Name)}/*`),
    };
  if (operation === 'CreateTargetGroup')
    return { action, resource: elbArn(ctx, `targetgroup/${String(input.Name)}/*`) };
  const arn = input.RuleArn ?? input.ListenerArn ?? input.TargetGroupArn ?? input.LoadBalancerArn;
  return { action, resource: typeof arn === 'string' ? arn : '*' };
}

function start(kernel: Kernel): Running {
  deployAll(kernel);
  const unfollow = followInstances(kernel);
  return {
    stop() {
      unfollow();
      return kernel.engine(alb).deliverLogs();
    },
  };
}
