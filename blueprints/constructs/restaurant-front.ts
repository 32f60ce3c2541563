import { type AutoScalingGroup, PredefinedMetric, TargetTrackingScalingPolicy } from 'aws-cdk-lib/aws-autoscaling';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Peer, Port } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { suppress } from './nag.ts';
import type { RestaurantNetwork } from './restaurant-network.ts';

export interface RestaurantFrontOptions {
  readonly network: RestaurantNetwork;
  readonly certificate: ICertificate;
  readonly fleet: AutoScalingGroup;
  readonly logs: Bucket;
  /** Which paths go to which port of the instances; the first that fits. */
  readonly routes: readonly Route[];
}

export interface Route {
  readonly name: string;
  readonly port: number;
  readonly paths: string[];
}

export const originHeader = 'x-origin-verify';
/** What one instance is given of one service before another instance is started. */
const requestsPerMinute = 1200;

/** The load balancer: HTTPS, each path to its service, and nothing for who does not come through the distribution. */
export class RestaurantFront extends Construct {
  readonly balancer: ApplicationLoadBalancer;
  readonly targetGroups: ApplicationTargetGroup[];
  /** The value of `originHeader` that only the distribution and the listener's rules know. */
  readonly originSecret: string;

  constructor(scope: Construct, id: string, options: RestaurantFrontOptions) {
    super(scope, id);
    const { network, logs } = options;
    this.originSecret = this.secret();
    network.loadBalancer.addIngressRule(Peer.anyIpv4(), Port.tcp(443), 'HTTPS');
    suppress(
      network.loadBalancer,
      'AwsSolutions-EC23',
      'CloudFront has many addresses; who does not send its secret header is answered 403.',
    );
    this.balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'public' },
      internetFacing: true,
      securityGroup: network.loadBalancer,
      dropInvalidHeaderFields: true,
    });
    this.balancer.logAccessLogs(logs, 'alb');
    this.targetGroups = this.listen(options);
    for (const group of this.targetGroups) this.scale(options.fleet, group);
  }

  /** Not `scaleOnRequestCount`, which the CDK allows a group with one target group alone. */
  private scale(fleet: AutoScalingGroup, group: ApplicationTargetGroup): void {
    const policy = new TargetTrackingScalingPolicy(fleet, `${group.node.id}Requests`, {
      autoScalingGroup: fleet,
      predefinedMetric: PredefinedMetric.ALB_REQUEST_COUNT_PER_TARGET,
      resourceLabel: `${this.balancer.loadBalancerFullName}/${group.targetGroupFullName}`,
      targetValue: requestsPerMinute,
    });
    // The metric is there only for a target group that a listener forwards to.
    policy.node.addDependency(group.loadBalancerAttached);
  }

  private secret(): string {
    const secret = new Secret(this, 'OriginSecret', {
      description: 'What CloudFront says to the load balancer so that it answers',
      generateSecretString: { excludePunctuation: true, passwordLength: 40 },
    });
    suppress(secret, 'AwsSolutions-SMG4', 'Both ends read it when the stack is deployed; changing it is a deployment.');
    return secret.secretValue.unsafeUnwrap();
  }

  /** "Restrict access to Application Load Balancers": a secret header is a condition of every rule that forwards. */
  private listen({ certificate, routes, network, fleet }: RestaurantFrontOptions): ApplicationTargetGroup[] {
    const listener = new ApplicationListener(this, 'Listener', {
      loadBalancer: this.balancer,
      port: 443,
      protocol: ApplicationProtocol.HTTPS,
      certificates: [certificate],
      sslPolicy: SslPolicy.TLS13_RES,
      open: false,
      defaultAction: ListenerAction.fixedResponse(403, { contentType: 'text/plain', messageBody: 'Forbidden' }),
    });
    return routes.map(({ name, port, paths }, index) => {
      const group = new ApplicationTargetGroup(this, `${name}Targets`, {
        vpc: network.vpc,
        port,
        protocol: ApplicationProtocol.HTTP,
        targets: [fleet],
        deregistrationDelay: Duration.seconds(30),
        // The process, not its database: a database that is away must not take every instance out.
        healthCheck: {
          path: '/healthz',
          interval: Duration.seconds(10),
          timeout: Duration.seconds(5),
          healthyThresholdCount: 2,
          unhealthyThresholdCount: 2,
        },
      });
      listener.addAction(`${name}Rule`, {
        priority: 10 * (index + 1),
        conditions: [
          ListenerCondition.pathPatterns(paths),
          ListenerCondition.httpHeader(originHeader, [this.originSecret]),
        ],
        action: ListenerAction.forward([group]),
      });
      return group;
    });
  }
}
