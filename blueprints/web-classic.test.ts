import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { WebClassic } from './stacks/web-classic.ts';
import { ofType, only, synthesised } from './synthesised.ts';

const { template, outputFolder } = synthesised((app) => new WebClassic(app, 'web-classic'));
after(() => rmSync(outputFolder, { recursive: true, force: true }));

const attribute = (id: string, name = 'Arn') => ({ 'Fn::GetAtt': [id, name] });
const reference = (id: string) => ({ Ref: id });

const balancer = only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
const group = only(template, 'AWS::AutoScaling::AutoScalingGroup');
const cluster = only(template, 'AWS::RDS::DBCluster');
const distribution = only(template, 'AWS::CloudFront::Distribution');
const config = distribution.Properties.DistributionConfig as Record<string, unknown>;
const vpc = only(template, 'AWS::EC2::VPC');

function subnets(name: string): string[] {
  return ofType(template, 'AWS::EC2::Subnet')
    .map(([id]) => id)
    .filter((id) => id.includes(`Vpc${name}Subnet`));
}

function securityGroup(start: string): string {
  return only(template, 'AWS::EC2::SecurityGroup', `Network${start}Group`).id;
}

test('the stack has the outputs that the system is asked for', () => {
  assert.deepEqual(Object.fromEntries(Object.entries(template.Outputs).map(([name, { Value }]) => [name, Value])), {
    SiteUrl: 'https://www.slackwater.example',
    SiteDomain: 'www.slackwater.example',
    LoadBalancerDns: attribute(balancer.id, 'DNSName'),
    AutoScalingGroupName: reference(group.id),
    ClusterEndpoint: attribute(cluster.id, 'Endpoint.Address'),
    ClusterIdentifier: reference(cluster.id),
    AdminEmail: 'desk@slackwater.example',
  });
});

test('W-B1: the site’s name is an alias of the distribution', () => {
  for (const [, { Properties }] of ofType(template, 'AWS::Route53::RecordSet')) {
    if (Properties.Name !== 'www.slackwater.example.') continue;
    assert.partialDeepStrictEqual(Properties.AliasTarget, { DNSName: attribute(distribution.id, 'DomainName') });
  }
  assert.deepEqual(config.Aliases, ['www.slackwater.example']);
});

test('W-B2, W-B3: the distribution is behind a web ACL, takes TLS 1.2 alone, and sends each path to its origin', () => {
  const edge = only(template, 'AWS::WAFv2::WebACL', 'EdgeFirewall');
  assert.deepEqual(config.WebACLId, attribute(edge.id));
  assert.equal((config.ViewerCertificate as { MinimumProtocolVersion: string }).MinimumProtocolVersion, 'TLSv1.2_2021');
  const paths = (config.CacheBehaviors as { PathPattern: string }[]).map(({ PathPattern }) => PathPattern);
  assert.deepEqual(paths, ['/api/*', '/pages/*', '/admin*', '/media/*']);
  const rules = edge.Properties.Rules as { Name: string }[];
  assert.deepEqual(
    rules.map(({ Name }) => Name),
    [
      'Flood',
      'AWSManagedRulesAmazonIpReputationList',
      'AWSManagedRulesCommonRuleSet',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'AWSManagedRulesSQLiRuleSet',
    ],
  );
  const regional = only(template, 'AWS::WAFv2::WebACLAssociation').Properties;
  assert.deepEqual(regional.ResourceArn, reference(balancer.id));
});

test('W-C1: no error is kept at the edge longer than a second, and nobody asks for the site before it is there', () => {
  assert.deepEqual(
    config.CustomErrorResponses,
    [502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 1 })),
  );
  const health = ofType(template, 'AWS::Route53::HealthCheck').map(([, definition]) => definition);
  assert.deepEqual(
    health.map(({ DependsOn }) => DependsOn),
    [[group.id]],
  );
});

test('W-B4, W-B5: load balancer and instances are in the public subnets of two zones, three services on each', () => {
  const publicly = subnets('public').map(reference);
  assert.equal(publicly.length, 2);
  assert.deepEqual(balancer.Properties.Subnets, publicly);
  assert.deepEqual(group.Properties.VPCZoneIdentifier, publicly);
  assert.equal((group.Properties.TargetGroupARNs as unknown[]).length, 3);
  assert.equal(group.Properties.HealthCheckType, 'ELB');
});

test('W-B4: who does not send the distribution’s secret header is answered 403 by every rule', () => {
  const listener = only(template, 'AWS::ElasticLoadBalancingV2::Listener').Properties;
  assert.partialDeepStrictEqual(listener.DefaultActions, [{ FixedResponseConfig: { StatusCode: '403' } }]);
  const rules = ofType(template, 'AWS::ElasticLoadBalancingV2::ListenerRule');
  assert.equal(rules.length, 3);
  for (const [id, { Properties }] of rules) {
    const conditions = Properties.Conditions as { Field: string; PathPatternConfig?: { Values: string[] } }[];
    assert.deepEqual(
      conditions.map(({ Field }) => Field),
      ['path-pattern', 'http-header'],
      id,
    );
  }
});

test('W-B6, W-C5: Aurora is in the subnets without a way out, with a reader, encryption and a week of backups', () => {
  const subnetGroup = only(template, 'AWS::RDS::DBSubnetGroup');
  assert.deepEqual(subnetGroup.Properties.SubnetIds, subnets('database').map(reference));
  assert.partialDeepStrictEqual(cluster.Properties, {
    StorageEncrypted: true,
    BackupRetentionPeriod: 7,
    DBSubnetGroupName: reference(subnetGroup.id),
    VpcSecurityGroupIds: [attribute(securityGroup('Database'), 'GroupId')],
  });
  assert.equal(cluster.DeletionPolicy, 'Snapshot');
  assert.equal(ofType(template, 'AWS::RDS::DBInstance').length, 2);
});

test('W-C2: only the instances and the functions are let in to the database, twice over', () => {
  const from = ofType(template, 'AWS::EC2::SecurityGroupIngress')
    .filter(([, { Properties }]) => JSON.stringify(Properties.GroupId).includes(securityGroup('Database')))
    .map(([, { Properties }]) => Properties.SourceSecurityGroupId);
  assert.deepEqual(from, [
    attribute(securityGroup('Instances'), 'GroupId'),
    attribute(securityGroup('Functions'), 'GroupId'),
  ]);
  const entries = ofType(template, 'AWS::EC2::NetworkAclEntry').map(([, { Properties }]) => Properties);
  const inbound = entries.filter(({ Egress }) => !Egress);
  assert.deepEqual(
    inbound.map(({ PortRange }) => PortRange),
    inbound.map(() => ({ From: 5432, To: 5432 })),
  );
  assert.equal(new Set(inbound.map(({ CidrBlock }) => CidrBlock)).size, 4);
  const associated = ofType(template, 'AWS::EC2::SubnetNetworkAclAssociation').map(([, { Properties }]) => Properties);
  assert.deepEqual(
    associated.map(({ SubnetId }) => SubnetId),
    subnets('database').map(reference),
  );
});

test('W-B7, W-B8: notifier and report may send as the domain, the notifier nothing else', () => {
  const [policy] = only(template, 'AWS::IAM::Role', 'OrderNotifierRole').Properties.Policies as {
    PolicyDocument: { Statement: { Action: unknown }[] };
  }[];
  assert.deepEqual(
    policy?.PolicyDocument.Statement.map(({ Action }) => Action),
    ['ses:SendEmail', ['logs:CreateLogStream', 'logs:PutLogEvents']],
  );
  const report = only(template, 'AWS::Lambda::Function', 'MonthlyReportFunction').Properties;
  assert.deepEqual(report.VpcConfig, {
    SecurityGroupIds: [attribute(securityGroup('Functions'), 'GroupId')],
    SubnetIds: subnets('functions').map(reference),
  });
});

test('W-B9: orders and months set off their functions; alarms and a dashboard watch', () => {
  assert.deepEqual(
    only(template, 'AWS::Events::Rule', 'MonthEnded').Properties.ScheduleExpression,
    'cron(0 6 1 * ? *)',
  );
  assert.deepEqual(only(template, 'AWS::Events::Rule', 'OrderPlaced').Properties.EventPattern, {
    source: ['slack-water.orders'],
    'detail-type': ['Order Placed'],
  });
  assert.ok(ofType(template, 'AWS::CloudWatch::Alarm').length >= 9);
  assert.equal(ofType(template, 'AWS::CloudWatch::Dashboard').length, 1);
});

test('W-B10: flow logs record all traffic, and instances are asked for tokens by their metadata service', () => {
  assert.partialDeepStrictEqual(only(template, 'AWS::EC2::FlowLog').Properties, {
    ResourceId: reference(vpc.id),
    TrafficType: 'ALL',
  });
  const { LaunchTemplateData } = only(template, 'AWS::EC2::LaunchTemplate').Properties;
  assert.partialDeepStrictEqual(LaunchTemplateData, { MetadataOptions: { HttpTokens: 'required' } });
});
