import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ResourceRecord, StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { edgesOf } from './edges.ts';
import { FrameTree } from './frames.ts';
import { type ResourceReference, referencesIn } from './references.ts';
import type { Deployed, ResourceIndex } from './resource-index.ts';
import { roleOf } from './resource-roles.ts';

interface Given {
  type: string;
  id?: string;
  attributes?: Record<string, unknown>;
  properties?: Record<string, unknown>;
}

/** Resources as CloudFormation keeps them, by logical id, with their references looked up. */
function deployed(given: Record<string, Given>): { all: Deployed[]; references: Map<string, ResourceReference[]> } {
  const stack = { StackName: 'shop', region: 'us-east-1', account: '000000000000' } as StackRecord;
  const all = Object.entries(given).map(
    ([LogicalResourceId, { type, id, attributes = {}, properties = {} }]): Deployed => {
      const resource = {
        LogicalResourceId,
        PhysicalResourceId: id ?? LogicalResourceId,
        ResourceType: type,
        attributes,
        properties,
      };
      return { id: LogicalResourceId, stack, resource: resource as unknown as ResourceRecord };
    },
  );
  const index = {
    find: (name: string) =>
      all.find(({ resource }) => [resource.PhysicalResourceId, ...Object.values(resource.attributes)].includes(name)),
  } as ResourceIndex;
  return { all, references: new Map(all.map((one) => [one.id, referencesIn(one, index)])) };
}

function edges(given: Record<string, Given>): string[] {
  const { all, references } = deployed(given);
  return edgesOf(all, references)
    .map(({ from, to, kind }) => `${from} ${kind} ${to}`)
    .sort();
}

const arn = (service: string, rest: string): string => `arn:aws:${service}:us-east-1:000000000000:${rest}`;

describe('the architecture of a template', () => {
  test('a queue feeds the function of its event source mapping, which may take from it by its role', () => {
    const queue = arn('sqs', 'orders');
    assert.deepEqual(
      edges({
        Orders: { type: 'AWS::SQS::Queue', id: 'https://sqs/orders', attributes: { Arn: queue } },
        Worker: { type: 'AWS::Lambda::Function', id: 'worker', properties: { Role: arn('iam', 'role/worker-role') } },
        Role: { type: 'AWS::IAM::Role', id: 'worker-role', attributes: { Arn: arn('iam', 'role/worker-role') } },
        Policy: {
          type: 'AWS::IAM::Policy',
          properties: {
            Roles: ['worker-role'],
            PolicyDocument: { Statement: [{ Resource: [queue, arn('dynamodb', 'table/menu')] }] },
          },
        },
        Menu: { type: 'AWS::DynamoDB::Table', id: 'the-menu', attributes: { Arn: arn('dynamodb', 'table/menu') } },
        Mapping: {
          type: 'AWS::Lambda::EventSourceMapping',
          properties: { EventSourceArn: queue, FunctionName: 'worker' },
        },
      }),
      ['Orders uses Worker', 'Worker may Menu'],
    );
  });

  test('a load balancer reaches a group over listener and target group, and a function a secret inside of a text', () => {
    assert.deepEqual(
      edges({
        Front: {
          type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
          id: arn('elasticloadbalancing', 'loadbalancer/app/front'),
        },
        Listener: {
          type: 'AWS::ElasticLoadBalancingV2::Listener',
          properties: {
            LoadBalancerArn: arn('elasticloadbalancing', 'loadbalancer/app/front'),
            DefaultActions: [{ TargetGroupArn: arn('elasticloadbalancing', 'targetgroup/fleet') }],
          },
        },
        Targets: {
          type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
          id: arn('elasticloadbalancing', 'targetgroup/fleet'),
        },
        Fleet: {
          type: 'AWS::AutoScaling::AutoScalingGroup',
          id: 'fleet',
          properties: {
            TargetGroupARNs: [arn('elasticloadbalancing', 'targetgroup/fleet')],
            LaunchTemplate: { LaunchTemplateId: 'lt-12345' },
          },
        },
        Template: {
          type: 'AWS::EC2::LaunchTemplate',
          id: 'lt-12345',
          properties: {
            LaunchTemplateData: { UserData: `echo "SECRET=${arn('secretsmanager', 'secret:db')}" > /etc/app` },
          },
        },
        Secret: { type: 'AWS::SecretsManager::Secret', id: arn('secretsmanager', 'secret:db') },
      }),
      ['Fleet uses Secret', 'Front uses Fleet'],
    );
  });

  test('who is told the address that users come by does not lead there', () => {
    assert.deepEqual(
      edges({
        Site: {
          type: 'AWS::CloudFront::Distribution',
          attributes: { DomainName: 'd111.cloudfront.net' },
          properties: { Origins: [{ DomainName: 'https://abc123.execute-api' }] },
        },
        Api: {
          type: 'AWS::ApiGatewayV2::Api',
          id: 'abc123',
          attributes: { ApiEndpoint: 'https://abc123.execute-api' },
        },
        Proxy: {
          type: 'AWS::ApiGatewayV2::Integration',
          properties: { ApiId: 'abc123', IntegrationUri: arn('lambda', 'function:handler') },
        },
        Handler: {
          type: 'AWS::Lambda::Function',
          id: 'handler',
          attributes: { Arn: arn('lambda', 'function:handler') },
          properties: { Environment: { Variables: { SITE: 'https://d111.cloudfront.net/' } } },
        },
        // Nothing that users reach by the site leads to it.
        Robot: {
          type: 'AWS::Lambda::Function',
          id: 'robot',
          properties: { Environment: { Variables: { SITE: 'https://d111.cloudfront.net/' } } },
        },
      }),
      ['Api uses Handler', 'Handler may Site', 'Robot uses Site', 'Site uses Api'],
    );
  });

  test('things stand in their subnet, in their network where there are several subnets, or in their region', () => {
    const given = deployed({
      Vpc: { type: 'AWS::EC2::VPC', id: 'vpc-12345', properties: { CidrBlock: '10.0.0.0/16' } },
      A: {
        type: 'AWS::EC2::Subnet',
        id: 'subnet-aaaaa',
        properties: { VpcId: 'vpc-12345', AvailabilityZone: 'us-east-1a' },
      },
      B: {
        type: 'AWS::EC2::Subnet',
        id: 'subnet-bbbbb',
        properties: { VpcId: 'vpc-12345', AvailabilityZone: 'us-east-1b' },
      },
      Nat: { type: 'AWS::EC2::NatGateway', properties: { SubnetId: 'subnet-aaaaa' } },
      Both: {
        type: 'AWS::Lambda::Function',
        properties: { VpcConfig: { SubnetIds: ['subnet-aaaaa', 'subnet-bbbbb'] } },
      },
      Group: {
        type: 'AWS::RDS::DBSubnetGroup',
        id: 'db-subnets',
        properties: { SubnetIds: ['subnet-aaaaa', 'subnet-bbbbb'] },
      },
      Cluster: { type: 'AWS::RDS::DBCluster', id: 'the-cluster', properties: { DBSubnetGroupName: 'db-subnets' } },
      Writer: { type: 'AWS::RDS::DBInstance', properties: { DBClusterIdentifier: 'the-cluster' } },
      Table: { type: 'AWS::DynamoDB::Table' },
      Site: { type: 'AWS::CloudFront::Distribution' },
    });
    const frames = new FrameTree(given.all, given.references);
    const where = Object.fromEntries(given.all.map((one) => [one.id, frames.frameOf(one)]));
    assert.equal(where.Nat, 'A');
    for (const id of ['Both', 'Cluster', 'Writer']) assert.equal(where[id], 'Vpc', id);
    assert.equal(where.Table, 'region/us-east-1');
    assert.equal(where.Site, 'global');
  });

  test('a type that nobody has thought of is a node', () => {
    assert.equal(roleOf('AWS::Brandnew::Thing'), 'node');
    assert.equal(roleOf('AWS::IAM::Policy'), 'link');
  });
});
