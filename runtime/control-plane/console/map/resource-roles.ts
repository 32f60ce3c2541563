import { lookupTable } from '../../../kernel/lookup-table.ts';

/** What a CloudFormation type is on the map. */
export type Role = 'node' | 'frame' | 'link' | 'hidden';

/**
 * A `link` joins what it refers to and what refers to it (a listener, a policy, an event source mapping) and is drawn as part
 * of an edge. What only configures another resource is hidden; its node shows it. Every type not named here is a node, so
 * that nothing that a template deploys is missing for want of a line.
 */
export function roleOf(type: string): Role {
  if (frames.has(type)) return 'frame';
  if (links.some((pattern) => pattern.test(type))) return 'link';
  if (hidden.some((pattern) => pattern.test(type))) return 'hidden';
  return 'node';
}

const frames = new Set(['AWS::EC2::VPC', 'AWS::EC2::Subnet']);

const links = [
  /^AWS::IAM::(Role|Policy|ManagedPolicy|RolePolicy|InstanceProfile)$/,
  /^AWS::Lambda::(EventSourceMapping|Alias|Version|Url)$/,
  /^AWS::ApiGatewayV2::(Integration|Route|Authorizer|ApiMapping)$/,
  /^AWS::ApiGateway::(Resource|Method|Authorizer|BasePathMapping)$/,
  /^AWS::ElasticLoadBalancingV2::(Listener|ListenerRule|TargetGroup)$/,
  /^AWS::EC2::LaunchTemplate$/,
  /^AWS::SNS::Subscription$/,
  /^AWS::Events::(EventBusPolicy|ApiDestination|Connection)$/,
  /^AWS::Route53::RecordSet(Group)?$/,
  /^AWS::WAFv2::WebACLAssociation$/,
  /^AWS::RDS::(DBSubnetGroup|DBProxyTargetGroup)$/,
  /^AWS::ECS::TaskDefinition$/,
  /^AWS::SecretsManager::(RotationSchedule|SecretTargetAttachment)$/,
];

const hidden = [
  /^AWS::CDK::Metadata$/,
  /^Custom::|^AWS::CloudFormation::(Stack|CustomResource|WaitCondition|WaitConditionHandle)$/,
  /^AWS::(S3::BucketPolicy|SQS::QueuePolicy|SNS::TopicPolicy|SecretsManager::ResourcePolicy|Lambda::(Permission|LayerVersion|EventInvokeConfig))$/,
  /^AWS::Logs::(LogGroup|LogStream|MetricFilter|SubscriptionFilter|ResourcePolicy)$/,
  /^AWS::CloudWatch::(Alarm|CompositeAlarm|Dashboard)$/,
  /^AWS::CloudFront::(OriginAccessControl|CloudFrontOriginAccessIdentity|CachePolicy|OriginRequestPolicy|ResponseHeadersPolicy|Function|KeyGroup|PublicKey|KeyValueStore)$/,
  /^AWS::ApiGatewayV2::(Stage|Deployment|IntegrationResponse|RouteResponse|Model)$/,
  /^AWS::ApiGateway::(Stage|Deployment|Account|Model|RequestValidator|GatewayResponse|UsagePlan.*|ApiKey)$/,
  /^AWS::EC2::(SecurityGroup(Ingress|Egress)?|RouteTable|Route|Subnet(RouteTable|NetworkAcl)Association|NetworkAcl(Entry)?|VPCGatewayAttachment|EIP|EIPAssociation|FlowLog|DHCPOptions|VPCDHCPOptionsAssociation|VPCCidrBlock|SubnetCidrBlock|KeyPair|VolumeAttachment|NetworkInterface|NetworkInterfaceAttachment|PrefixList)$/,
  /^AWS::AutoScaling::(ScalingPolicy|ScheduledAction|LifecycleHook|WarmPool)$/,
  /^AWS::ApplicationAutoScaling::/,
  /^AWS::RDS::(DBParameterGroup|DBClusterParameterGroup|OptionGroup|EventSubscription)$/,
  /^AWS::SES::(ConfigurationSet.*|Template|EmailIdentity|ReceiptRule.*|ReceiptFilter)$/,
  /^AWS::(WAFv2::(IPSet|RegexPatternSet|LoggingConfiguration|RuleGroup)|Shield::.*)$/,
  /^AWS::KMS::Alias$/,
  /^AWS::IAM::/,
];

/** What is made to be reached from outside. */
export function isEntrance(type: string): boolean {
  return /^AWS::(CloudFront::Distribution|ApiGateway(V2)?::(Api|RestApi)|ElasticLoadBalancingV2::LoadBalancer|Route53::HostedZone)$/.test(
    type,
  );
}

/** Seldom what one looks for: drawn when asked for. */
export function isSupporting(type: string): boolean {
  return /^AWS::(KMS::Key|SSM::Parameter|SecretsManager::Secret|CertificateManager::Certificate|ECR::Repository|EC2::(VPCEndpoint|InternetGateway))$/.test(
    type,
  );
}

/** Served everywhere rather than in a region. */
export function isGlobal(type: string, properties: Record<string, unknown>): boolean {
  return (
    /^AWS::(CloudFront|Route53|GlobalAccelerator)::/.test(type) ||
    (type.startsWith('AWS::WAFv2::') && properties.Scope === 'CLOUDFRONT')
  );
}

/** Properties whose referrer is what traffic goes to; by any other the referrer uses what it refers to. */
const fedBy = new Set([
  'EventSourceArn',
  'LoadBalancerArn',
  'LoadBalancerArns',
  'ListenerArn',
  'TargetGroupARNs',
  'TargetGroupArn',
  'LoadBalancers',
  'TopicArn',
  'EventBusName',
  'ApiId',
  'RestApiId',
  'HostedZoneId',
  'Roles',
  'RoleName',
  'DBClusterIdentifier',
  'ResourceArn',
]);

const exceptions: Record<string, Record<string, boolean>> = lookupTable({
  'AWS::ApiGatewayV2::ApiMapping': { ApiId: false, DomainName: true },
  'AWS::ApiGateway::BasePathMapping': { RestApiId: false, DomainName: true },
  'AWS::ElasticLoadBalancingV2::Listener': { TargetGroupArn: false },
  'AWS::ElasticLoadBalancingV2::ListenerRule': { TargetGroupArn: false },
  'AWS::ElasticLoadBalancingV2::TargetGroup': { Targets: false },
  'AWS::IAM::InstanceProfile': { Roles: false },
  'AWS::SecretsManager::SecretTargetAttachment': { SecretId: true },
});

/** Where something writes its own records to: not what it is for. */
export function isAside(type: string, property: string): boolean {
  // A certificate names what it is for; it does not lead there.
  if (type === 'AWS::CertificateManager::Certificate') return true;
  return /^(Logging|AccessLog|LogDestination|LoggingConfig)|\.Logging\.|DestinationBucketName$|^LoadBalancerAttributes/.test(
    property,
  );
}

/** Whether a reference by this property is from what is referred to, to the referrer. `property`: without array positions. */
export function isFedBy(type: string, property: string): boolean {
  const names = property.split('.');
  for (const name of names) {
    const known = exceptions[type]?.[name];
    if (known !== undefined) return known;
  }
  return fedBy.has(names[0] ?? '') || fedBy.has(names.at(-1) ?? '');
}
