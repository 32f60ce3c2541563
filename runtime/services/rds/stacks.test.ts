import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { startOrrery } from '../../../tests/runtime-fixture.ts';

test('a template makes a cluster with its instance, and its deletion keeps a snapshot of what was in it', async () => {
  const orrery = await startOrrery({
    services: ['rds', 'secretsmanager', 'kms', 'cloudformation', 's3'],
    clock: 'running',
  });
  try {
    const client = orrery.client(CloudFormationClient);
    const template = {
      Resources: {
        Subnets: {
          Type: 'AWS::RDS::DBSubnetGroup',
          Properties: { DBSubnetGroupDescription: 'two zones', SubnetIds: ['subnet-1', 'subnet-2'] },
        },
        Shop: {
          Type: 'AWS::RDS::DBCluster',
          Properties: {
            Engine: 'aurora-postgresql',
            MasterUsername: 'owner',
            MasterUserPassword: 'correct-horse',
            DBSubnetGroupName: { Ref: 'Subnets' },
          },
        },
        Writer: {
          Type: 'AWS::RDS::DBInstance',
          Properties: {
            Engine: 'aurora-postgresql',
            DBClusterIdentifier: { Ref: 'Shop' },
            DBInstanceClass: 'db.r6g.large',
          },
        },
      },
      Outputs: { Endpoint: { Value: { 'Fn::GetAtt': ['Shop', 'Endpoint.Address'] } } },
    };
    await client.send(new CreateStackCommand({ StackName: 'data', TemplateBody: JSON.stringify(template) }));
    await waitUntilStackCreateComplete(
      { client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
      { StackName: 'data' },
    ).catch(async (error) => {
      const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: 'data' }));
      throw new Error(`${error}: ${JSON.stringify(StackEvents?.map((one) => one.ResourceStatusReason))}`);
    });
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'data' }));
    assert.match(Stacks?.[0]?.Outputs?.[0]?.OutputValue ?? '', /\.cluster-c\w+\.us-east-1\.rds\.amazonaws\.com$/);
    await client.send(new DeleteStackCommand({ StackName: 'data' }));
    await waitUntilStackDeleteComplete({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { StackName: 'data' });
    const rds = orrery.client(RDSClient);
    assert.deepEqual((await rds.send(new DescribeDBClustersCommand({}))).DBClusters, []);
    const { DBClusterSnapshots } = await rds.send(new DescribeDBClusterSnapshotsCommand({}));
    assert.equal(DBClusterSnapshots?.length, 1);
    assert.match(DBClusterSnapshots?.[0]?.DBClusterSnapshotIdentifier ?? '', /^data-snapshot-shop-[a-z0-9]{12}$/);
    assert.match(DBClusterSnapshots?.[0]?.DBClusterIdentifier ?? '', /^data-shop-/);
  } finally {
    await orrery.stop();
  }
});

test('a template makes a read replica, and promotes it when its source is taken out', async () => {
  const orrery = await startOrrery({
    services: ['rds', 'secretsmanager', 'kms', 'cloudformation', 's3'],
    clock: 'running',
  });
  try {
    const client = orrery.client(CloudFormationClient);
    const rds = orrery.client(RDSClient);
    const small = { DBInstanceClass: 'db.t4g.micro' };
    const template = (Reads: object): string =>
      JSON.stringify({
        Resources: {
          Menu: {
            Type: 'AWS::RDS::DBInstance',
            Properties: {
              ...small,
              Engine: 'postgres',
              AllocatedStorage: '20',
              MasterUsername: 'owner',
              MasterUserPassword: 'correct-horse',
              EnableIAMDatabaseAuthentication: true,
            },
          },
          Reads: { Type: 'AWS::RDS::DBInstance', Properties: { ...small, Engine: 'postgres', ...Reads } },
        },
        Outputs: { Reads: { Value: { Ref: 'Reads' } }, Menu: { Value: { Ref: 'Menu' } } },
      });
    const StackName = 'menu';
    const patience = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
    const TemplateBody = template({ SourceDBInstanceIdentifier: { Ref: 'Menu' } });
    await client.send(new CreateStackCommand({ StackName, TemplateBody }));
    await waitUntilStackCreateComplete(patience, { StackName });
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    const name = (key: string) => Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
    const reads = async () => {
      const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name('Reads') }));
      return DBInstances?.[0];
    };
    assert.equal((await reads())?.ReadReplicaSourceDBInstanceIdentifier, name('Menu'));
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name('Menu') }));
    assert.equal(DBInstances?.[0]?.IAMDatabaseAuthenticationEnabled, true);
    await client.send(new UpdateStackCommand({ StackName, TemplateBody: template({}) }));
    await waitUntilStackUpdateComplete(patience, { StackName });
    assert.equal((await reads())?.ReadReplicaSourceDBInstanceIdentifier, undefined);
  } finally {
    await orrery.stop();
  }
});
