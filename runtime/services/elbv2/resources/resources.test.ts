import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { startBalanced } from '../elbv2-for-tests.ts';

describe('load balancers in templates', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  let stacks: CloudFormationClient;
  before(async () => {
    cloud = await startBalanced(['cloudformation', 'ec2', 's3', 'cloudfront', 'sts']);
    stacks = cloud.orrery.client(CloudFormationClient);
  });
  after(() => cloud.stop());

  const settled = async () => {
    await cloud.orrery.clock.wind(60_000);
    const { Stacks } = await stacks.send(new DescribeStacksCommand({ StackName: 'web' }));
    const { StackEvents = [] } = await stacks.send(new DescribeStackEventsCommand({ StackName: 'web' }));
    const failures = StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.includes('FAILED'));
    const outputs = Object.fromEntries(
      (Stacks?.[0]?.Outputs ?? []).map((one) => [one.OutputKey, one.OutputValue ?? '']),
    );
    return { status: Stacks?.[0]?.StackStatus, outputs, failures: failures.map((one) => one.ResourceStatusReason) };
  };

  test('serve by path behind CloudFront, follow an update, and leave nothing when deleted', async () => {
    const orders = await cloud.serve((request, response) => response.end(`orders ${request.headers.via ?? ''}`));
    const pages = await cloud.serve((_request, response) => response.end('pages'));
    const ec2 = cloud.orrery.client(EC2Client);
    const network = await makeNetwork(ec2);
    const ports = { orders: orders.port, pages: pages.port };
    const body = (priority: string) => JSON.stringify(template({ ...ports, priority, ...network }));
    await stacks.send(new CreateStackCommand({ StackName: 'web', TemplateBody: body('10') }));
    const made = await settled();
    assert.deepEqual([made.status, made.failures], ['CREATE_COMPLETE', []]);
    const { Name = '', Site = '', FullName = '' } = made.outputs;
    assert.match(FullName, /^app\/web-Balancer-[A-Za-z0-9]+\/[0-9a-f]{16}$/);
    assert.equal((await cloud.ask(Name, '/')).body, 'pages');
    assert.match((await cloud.ask(Name, '/orders/1')).body, /^orders/);
    assert.match((await cloud.ask(Site, '/orders/1')).body, /^orders .*cloudfront/);
    const faces = async () => {
      const Filters = [{ Name: 'description', Values: [`ELB ${FullName}`] }];
      return (await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces ?? [];
    };
    assert.deepEqual(
      (await faces()).map(({ RequesterId, PrivateIpAddress }) => [RequesterId, PrivateIpAddress?.split('.')[2]]).sort(),
      [
        ['amazon-elb', '1'],
        ['amazon-elb', '2'],
      ],
    );
    await stacks.send(new UpdateStackCommand({ StackName: 'web', TemplateBody: body('30') }));
    const changed = await settled();
    assert.deepEqual([changed.status, changed.failures], ['UPDATE_COMPLETE', []]);
    assert.match((await cloud.ask(Name, '/orders/1')).body, /^orders/);
    await stacks.send(new DeleteStackCommand({ StackName: 'web' }));
    await cloud.orrery.clock.wind(60_000);
    assert.equal((await cloud.ask(Name, '/')).status, 404);
    assert.equal((await faces()).length, 0);
  });
});

/** A VPC with two subnets that lead to the internet, and a group that lets everybody in. */
async function makeNetwork(ec2: EC2Client): Promise<{ vpc: string; subnets: string[]; group: string }> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const vpc = Vpc?.VpcId ?? '';
  const subnets: string[] = [];
  for (const [index, zone] of ['a', 'b'].entries()) {
    const CidrBlock = `10.0.${index + 1}.0/24`;
    const made = await ec2.send(
      new CreateSubnetCommand({ VpcId: vpc, CidrBlock, AvailabilityZone: `us-east-1${zone}` }),
    );
    subnets.push(made.Subnet?.SubnetId ?? '');
  }
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const GatewayId = InternetGateway?.InternetGatewayId;
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: GatewayId, VpcId: vpc }));
  const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
  const { RouteTableId } = RouteTables?.[0] ?? {};
  await ec2.send(new CreateRouteCommand({ RouteTableId, GatewayId, DestinationCidrBlock: '0.0.0.0/0' }));
  const { GroupId = '' } = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId: vpc, GroupName: 'web', Description: 'web' }),
  );
  const open = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [open] }));
  return { vpc, subnets, group: GroupId };
}

const ref = (name: string, attribute?: string) => (attribute ? { 'Fn::GetAtt': [name, attribute] } : { Ref: name });

interface Made {
  orders: number;
  pages: number;
  priority: string;
  vpc: string;
  subnets: string[];
  group: string;
}

function template({ orders, pages, priority, vpc, subnets, group: securityGroup }: Made) {
  const group = (port: number) => ({
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Properties: {
      TargetType: 'ip',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: vpc,
      HealthCheckIntervalSeconds: '10',
      Targets: [{ Id: '127.0.0.1', Port: port, AvailabilityZone: 'all' }],
      TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
    },
  });
  const forward = (name: string) => [
    { Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: ref(name), Weight: '1' }] } },
  ];
  return {
    Resources: {
      Balancer: {
        Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
        Properties: {
          Scheme: 'internet-facing',
          Subnets: subnets,
          SecurityGroups: [securityGroup],
          LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '30' }],
          Tags: [{ Key: 'team', Value: 'web' }],
        },
      },
      Orders: group(orders),
      Pages: group(pages),
      Listener: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: {
          LoadBalancerArn: ref('Balancer'),
          Port: '80',
          Protocol: 'HTTP',
          DefaultActions: forward('Pages'),
        },
      },
      OrdersRule: {
        Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
        Properties: {
          ListenerArn: ref('Listener'),
          Priority: priority,
          Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/orders/*'] } }],
          Actions: forward('Orders'),
        },
      },
      Site: {
        Type: 'AWS::CloudFront::Distribution',
        Properties: {
          DistributionConfig: {
            Enabled: true,
            Origins: [
              {
                Id: 'balancer',
                DomainName: ref('Balancer', 'DNSName'),
                CustomOriginConfig: { OriginProtocolPolicy: 'http-only' },
              },
            ],
            DefaultCacheBehavior: {
              TargetOriginId: 'balancer',
              ViewerProtocolPolicy: 'allow-all',
              CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
            },
          },
        },
      },
    },
    Outputs: {
      Name: { Value: ref('Balancer', 'DNSName') },
      FullName: { Value: ref('Balancer', 'LoadBalancerFullName') },
      Site: { Value: ref('Site', 'DomainName') },
    },
  };
}
