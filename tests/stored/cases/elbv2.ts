import { named, type StoredCases } from '../stored-cases.ts';

const attributes = [
  ['dns_record.client_routing_policy', 'any_availability_zone'],
  ['ipv6.deny_all_igw_traffic', 'true'],
  ['zonal_shift.config.enabled', 'true'],
  ['client_keep_alive.seconds', '1800'],
  ['routing.http2.enabled', 'false'],
  ['waf.fail_open.enabled', 'true'],
  ['connection_logs.s3.bucket', 'stored-connection-logs'],
  ['connection_logs.s3.prefix', 'connections'],
  ['health_check_logs.s3.bucket', 'stored-health-logs'],
  ['health_check_logs.s3.prefix', 'health'],
].map(([Key = '', Value]) => ({ Key, Value }));
const network = new Set(['dns_record.client_routing_policy', 'zonal_shift.config.enabled']);
const certificate = (name: string) => ({
  Type: 'AWS::CertificateManager::Certificate',
  Properties: {
    DomainName: name,
    ValidationMethod: 'DNS',
    DomainValidationOptions: [{ DomainName: name, HostedZoneId: { Ref: 'Zone' } }],
  },
});

export const elbv2: StoredCases = {
  service: 'elbv2',
  resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.20.0.0/16' } },
    Gateway: { Type: 'AWS::EC2::InternetGateway', Properties: {} },
    Attached: {
      Type: 'AWS::EC2::VPCGatewayAttachment',
      Properties: { VpcId: { Ref: 'Vpc' }, InternetGatewayId: { Ref: 'Gateway' } },
    },
    ...Object.fromEntries(
      ['a', 'b'].map((zone, index) => [
        `Subnet${zone}`,
        {
          Type: 'AWS::EC2::Subnet',
          Properties: {
            VpcId: { Ref: 'Vpc' },
            CidrBlock: `10.20.${index}.0/24`,
            AvailabilityZone: `us-east-1${zone}`,
          },
        },
      ]),
    ),
    Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: 'balanced.example.' } },
    Certificate: certificate('www.balanced.example'),
    Another: certificate('other.balanced.example'),
    Application: {
      Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      DependsOn: 'Attached',
      Properties: {
        Name: 'stored',
        Subnets: [{ Ref: 'Subneta' }, { Ref: 'Subnetb' }],
        LoadBalancerAttributes: attributes.filter(({ Key }) => !Key.startsWith('dns_record')),
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
    Network: {
      Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      DependsOn: 'Attached',
      Properties: {
        Name: 'network',
        Type: 'network',
        Subnets: [{ Ref: 'Subneta' }, { Ref: 'Subnetb' }],
        LoadBalancerAttributes: attributes.filter(({ Key }) => network.has(Key)),
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
    Targets: {
      Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      Properties: { VpcId: { Ref: 'Vpc' }, Port: 80, Protocol: 'HTTP', Tags: [{ Key: 'team', Value: 'kitchen' }] },
    },
    Listener: {
      Type: 'AWS::ElasticLoadBalancingV2::Listener',
      Properties: {
        LoadBalancerArn: { Ref: 'Application' },
        Port: 443,
        Protocol: 'HTTPS',
        SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        Certificates: [{ CertificateArn: { Ref: 'Certificate' } }],
        DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: 'Targets' } }],
      },
    },
    More: {
      Type: 'AWS::ElasticLoadBalancingV2::ListenerCertificate',
      Properties: { ListenerArn: { Ref: 'Listener' }, Certificates: [{ CertificateArn: { Ref: 'Another' } }] },
    },
  },
  told: {
    Application: (ask, id) => loadBalancer(ask, id),
    Network: (ask, id) => loadBalancer(ask, id),
    Targets: (ask, id) => ask('DescribeTags', { ResourceArns: [id] }),
    Listener: (ask, id) => ask('DescribeListeners', { ListenerArns: [id] }),
    More: async (ask) => {
      const ListenerArn = named(await ask('DescribeListeners', { LoadBalancerArn: await arnOf(ask) }), 'ListenerArn');
      return ask('DescribeListenerCertificates', { ListenerArn });
    },
  },
  requests: {
    ModifyLoadBalancerAttributes: async (ask) => {
      const LoadBalancerArn = await arnOf(ask);
      const Attributes = attributes
        .filter(({ Key }) => !Key.startsWith('dns_record'))
        .map(({ Key, Value }) => ({ Key, Value: Value === '1800' ? '900' : Value === 'true' ? 'false' : 'true' }));
      await ask('ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes });
      return { asked: { Attributes }, told: await ask('DescribeLoadBalancerAttributes', { LoadBalancerArn }) };
    },
    CreateListener: async (ask) => {
      const LoadBalancerArn = await arnOf(ask);
      const CertificateArn = named(await ask('acm:ListCertificates', {}), 'CertificateArn');
      const asked = {
        LoadBalancerArn,
        Port: 8443,
        Protocol: 'HTTPS',
        SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        Certificates: [{ CertificateArn }],
        DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } }],
      };
      const ListenerArn = named(await ask('CreateListener', asked), 'ListenerArn');
      return { asked, told: await ask('DescribeListeners', { ListenerArns: [ListenerArn] }) };
    },
    ModifyListener: async (ask) => {
      const ListenerArn = named(await ask('DescribeListeners', { LoadBalancerArn: await arnOf(ask) }), 'ListenerArn');
      const asked = { ListenerArn, SslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' };
      await ask('ModifyListener', asked);
      return { asked, told: await ask('DescribeListeners', { ListenerArns: [ListenerArn] }) };
    },
  },
};

type AskOf = Parameters<StoredCases['told'][string]>[0];

async function arnOf(ask: AskOf): Promise<string> {
  return named(await ask('DescribeLoadBalancers', { Names: ['stored'] }), 'LoadBalancerArn');
}

async function loadBalancer(ask: AskOf, id: string): Promise<unknown> {
  return [
    await ask('DescribeLoadBalancerAttributes', { LoadBalancerArn: id }),
    await ask('DescribeTags', { ResourceArns: [id] }),
  ];
}
