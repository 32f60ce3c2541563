import { alb } from '../../data-planes/alb/alb.ts';
import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { attributeFidelity, loadBalancerAttributes } from './behaviour/attributes.ts';
import { deployAll } from './behaviour/deployment.ts';
import { followInstances } from './behaviour/instances.ts';
import { standing } from './behaviour/usage.ts';
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
  fidelity: {
    ...attributeFidelity('ModifyLoadBalancerAttributes.Attributes', loadBalancerAttributes),
    'CreateTargetGroup.TargetControlPort': { refused: 'targets take requests as they come.' },
    'CreateLoadBalancer.CustomerOwnedIpv4Pool': { refused: 'there are no Outposts on one machine.' },
    'CreateLoadBalancer.IpamPools': { refused: 'addresses come from the subnets.' },
    'CreateLoadBalancer.EnablePrefixForIpv6SourceNat': { refused: 'networks here are IPv4.' },
    'DescribeTargetHealth.Include': { refused: 'anomalies of targets are not detected.' },
    'ModifyRule.ResetTransforms': { refused: 'rules do not rewrite requests.' },
    'SetSecurityGroups.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic': { refused: 'PrivateLink is not done.' },
    'SetSubnets.EnablePrefixForIpv6SourceNat': { refused: 'networks here are IPv4.' },
    'CreateListener.DefaultActions.AuthenticateOidcConfig': {
      refused: 'users are not signed in by load balancers here.',
    },
    'CreateListener.DefaultActions.AuthenticateCognitoConfig': {
      refused: 'users are not signed in by load balancers here.',
    },
    'CreateListener.DefaultActions.JwtValidationConfig': { refused: 'users are not signed in by load balancers here.' },
    'ModifyListener.DefaultActions.AuthenticateOidcConfig': {
      refused: 'users are not signed in by load balancers here.',
    },
    'ModifyListener.DefaultActions.AuthenticateCognitoConfig': {
      refused: 'users are not signed in by load balancers here.',
    },
    'ModifyListener.DefaultActions.JwtValidationConfig': { refused: 'users are not signed in by load balancers here.' },
    'CreateRule.Actions.AuthenticateOidcConfig': { refused: 'users are not signed in by load balancers here.' },
    'CreateRule.Actions.AuthenticateCognitoConfig': { refused: 'users are not signed in by load balancers here.' },
    'CreateRule.Actions.JwtValidationConfig': { refused: 'users are not signed in by load balancers here.' },
    'ModifyRule.Actions.AuthenticateOidcConfig': { refused: 'users are not signed in by load balancers here.' },
    'ModifyRule.Actions.AuthenticateCognitoConfig': { refused: 'users are not signed in by load balancers here.' },
    'ModifyRule.Actions.JwtValidationConfig': { refused: 'users are not signed in by load balancers here.' },
    'CreateListener.MutualAuthentication.TrustStoreArn': { refused: 'TLS ends in front of the load balancer.' },
    'CreateListener.MutualAuthentication.IgnoreClientCertificateExpiry': {
      refused: 'TLS ends in front of the load balancer.',
    },
    'CreateListener.MutualAuthentication.TrustStoreAssociationStatus': {
      refused: 'TLS ends in front of the load balancer.',
    },
    'CreateListener.MutualAuthentication.AdvertiseTrustStoreCaNames': {
      refused: 'TLS ends in front of the load balancer.',
    },
    'ModifyListener.MutualAuthentication.TrustStoreArn': { refused: 'TLS ends in front of the load balancer.' },
    'ModifyListener.MutualAuthentication.IgnoreClientCertificateExpiry': {
      refused: 'TLS ends in front of the load balancer.',
    },
    'ModifyListener.MutualAuthentication.TrustStoreAssociationStatus': {
      refused: 'TLS ends in front of the load balancer.',
    },
    'ModifyListener.MutualAuthentication.AdvertiseTrustStoreCaNames': {
      refused: 'TLS ends in front of the load balancer.',
    },
    'CreateRule.Transforms': { refused: 'rules do not rewrite requests.' },
    'ModifyRule.Transforms': { refused: 'rules do not rewrite requests.' },
    'RegisterTargets.Targets.QuicServerId': { refused: 'QUIC is not run.' },
    'DeregisterTargets.Targets.QuicServerId': { refused: 'QUIC is not run.' },
    'DescribeTargetHealth.Targets.QuicServerId': { refused: 'QUIC is not run.' },
  },
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
