import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as targets from 'aws-cdk-lib/aws-route53-targets';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';

/** The name of the site that the chain serves. */
export const site = 'restaurant.example';

/**
 * Name, certificate, edge, firewall, load balancer and targets as one would write them with the CDK: CloudFront goes on to the
 * load balancer by its name and with a secret header, which alone the listener takes; its security group admits CloudFront.
 */
export function synthesizeEdgeChain(outdir: string, { targetPort }: { targetPort: number }): void {
  // The CDK's own validation takes longer than all the rest, and the blueprints' synthesis runs it.
  const app = new App({ outdir, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'edge-chain', { env: { account: '000000000000', region: 'us-east-1' } });
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    natGateways: 0,
    subnetConfiguration: [{ name: 'public', subnetType: ec2.SubnetType.PUBLIC }],
  });
  const zone = new route53.PublicHostedZone(stack, 'Zone', { zoneName: site });
  const certificate = new acm.Certificate(stack, 'Certificate', {
    domainName: site,
    subjectAlternativeNames: [`*.${site}`],
    validation: acm.CertificateValidation.fromDns(zone),
  });
  const balancer = loadBalancer(stack, { vpc, certificate, zone, targetPort });
  const distribution = new cloudfront.Distribution(stack, 'Distribution', {
    domainNames: [site, `www.${site}`],
    certificate,
    webAclId: webAcl(stack, 'EdgeFirewall', 'CLOUDFRONT').attrArn,
    defaultBehavior: {
      origin: new origins.LoadBalancerV2Origin(balancer, {
        protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
        customHeaders: { 'X-Origin-Verify': 'only-the-edge-knows' },
      }),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER,
    },
    additionalBehaviors: {
      // Without the viewer's Host the load balancer is asked by its own name, which its certificate is not for.
      '/untrusted/*': {
        origin: new origins.LoadBalancerV2Origin(balancer, {
          protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
        }),
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      },
      '/static/*': {
        origin: new origins.HttpOrigin(`origin.${site}`, {
          protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
          customHeaders: { 'X-Origin-Verify': 'only-the-edge-knows' },
        }),
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
      },
    },
  });
  const edge = route53.RecordTarget.fromAlias(new targets.CloudFrontTarget(distribution));
  new route53.ARecord(stack, 'Site', { zone, target: edge });
  new route53.ARecord(stack, 'Www', { zone, recordName: 'www', target: edge });
  new CfnOutput(stack, 'DistributionDomain', { value: distribution.distributionDomainName });
  new CfnOutput(stack, 'LoadBalancerDns', { value: balancer.loadBalancerDnsName });
  app.synth();
}

function loadBalancer(
  stack: Stack,
  {
    vpc,
    certificate,
    zone,
    targetPort,
  }: { vpc: ec2.Vpc; certificate: acm.Certificate; zone: route53.PublicHostedZone; targetPort: number },
): elbv2.ApplicationLoadBalancer {
  const group = new ec2.SecurityGroup(stack, 'BalancerGroup', { vpc });
  // com.amazonaws.global.cloudfront.origin-facing in us-east-1.
  group.addIngressRule(ec2.Peer.prefixList('pl-3b927c52'), ec2.Port.tcp(443), 'CloudFront');
  const balancer = new elbv2.ApplicationLoadBalancer(stack, 'Balancer', {
    vpc,
    internetFacing: true,
    securityGroup: group,
    dropInvalidHeaderFields: true,
  });
  balancer.logAccessLogs(new s3.Bucket(stack, 'AccessLogs'), 'balancer');
  balancer.addRedirect();
  const servers = new elbv2.ApplicationTargetGroup(stack, 'Servers', {
    vpc,
    port: targetPort,
    protocol: elbv2.ApplicationProtocol.HTTP,
    targetType: elbv2.TargetType.IP,
    healthCheck: { path: '/health', interval: Duration.seconds(10), healthyThresholdCount: 2 },
  });
  const listener = balancer.addListener('Https', {
    port: 443,
    certificates: [certificate],
    sslPolicy: elbv2.SslPolicy.RECOMMENDED_TLS,
    open: false,
    defaultAction: elbv2.ListenerAction.fixedResponse(403, { messageBody: 'not through the edge' }),
  });
  listener.addAction('FromTheEdge', {
    priority: 10,
    conditions: [elbv2.ListenerCondition.httpHeader('X-Origin-Verify', ['only-the-edge-knows'])],
    action: elbv2.ListenerAction.forward([servers]),
  });
  new wafv2.CfnWebACLAssociation(stack, 'Guard', {
    resourceArn: balancer.loadBalancerArn,
    webAclArn: webAcl(stack, 'RegionFirewall', 'REGIONAL').attrArn,
  });
  new route53.ARecord(stack, 'Origin', {
    zone,
    recordName: 'origin',
    target: route53.RecordTarget.fromAlias(new targets.LoadBalancerTarget(balancer)),
  });
  new route53.CfnHealthCheck(stack, 'Watch', {
    healthCheckConfig: {
      type: 'HTTPS',
      fullyQualifiedDomainName: site,
      resourcePath: '/health',
      requestInterval: 30,
      failureThreshold: 3,
    },
  });
  return balancer;
}

function webAcl(stack: Stack, id: string, scope: 'CLOUDFRONT' | 'REGIONAL'): wafv2.CfnWebACL {
  const visibility = (metricName: string) => ({
    cloudWatchMetricsEnabled: true,
    sampledRequestsEnabled: true,
    metricName,
  });
  const managed = [
    'AWSManagedRulesCommonRuleSet',
    'AWSManagedRulesKnownBadInputsRuleSet',
    'AWSManagedRulesSQLiRuleSet',
  ];
  return new wafv2.CfnWebACL(stack, id, {
    scope,
    defaultAction: { allow: {} },
    visibilityConfig: visibility(id),
    rules: [
      ...managed.map((name, priority) => ({
        name,
        priority,
        overrideAction: { none: {} },
        statement: { managedRuleGroupStatement: { vendorName: 'AWS', name } },
        visibilityConfig: visibility(name),
      })),
      {
        name: 'floods',
        priority: 10,
        action: { block: {} },
        statement: { rateBasedStatement: { limit: 2000, aggregateKeyType: 'IP', evaluationWindowSec: 300 } },
        visibilityConfig: visibility('floods'),
      },
    ],
  });
}
