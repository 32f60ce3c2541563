import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeDBInstancesCommand, DescribeDBParameterGroupsCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Connection, createConnection } from 'mysql2/promise';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { withoutMariadb } from '../../engines/databases/mariadb/mariadb.fixture.ts';
import { fleet } from './behaviour/fleet.ts';

interface Credentials {
  engine: string;
  host: string;
  port: number;
  username: string;
  password: string;
  dbname: string;
}

const secret = (field: string): object => ({
  'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'Credentials' }, `:SecretString:${field}}}`]],
});

/** As the CDK writes a DatabaseInstance with Credentials.fromGeneratedSecret. */
const resources = (connections: number) => ({
  Subnets: {
    Type: 'AWS::RDS::DBSubnetGroup',
    Properties: { DBSubnetGroupDescription: 'two zones', SubnetIds: ['subnet-1', 'subnet-2'] },
  },
  Parameters: {
    Type: 'AWS::RDS::DBParameterGroup',
    Properties: {
      Description: 'tuned',
      Family: 'mysql8.0',
      Parameters: { max_connections: String(connections), time_zone: '+02:00' },
    },
  },
  Credentials: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: {
      GenerateSecretString: {
        SecretStringTemplate: '{"username":"owner"}',
        GenerateStringKey: 'password',
        ExcludeCharacters: '"@/\\ ',
        PasswordLength: 30,
      },
    },
  },
  Menu: {
    Type: 'AWS::RDS::DBInstance',
    Properties: {
      Engine: 'mysql',
      EngineVersion: '8.0',
      DBInstanceClass: 'db.t4g.micro',
      AllocatedStorage: '20',
      DBName: 'menu',
      MasterUsername: secret('username'),
      MasterUserPassword: secret('password'),
      DBSubnetGroupName: { Ref: 'Subnets' },
      DBParameterGroupName: { Ref: 'Parameters' },
      BackupRetentionPeriod: 7,
      PreferredBackupWindow: '03:00-03:30',
      EnableCloudwatchLogsExports: ['error'],
      CopyTagsToSnapshot: true,
    },
  },
  Attachment: {
    Type: 'AWS::SecretsManager::SecretTargetAttachment',
    Properties: {
      SecretId: { Ref: 'Credentials' },
      TargetId: { Ref: 'Menu' },
      TargetType: 'AWS::RDS::DBInstance',
    },
  },
});

describe('a MySQL instance by a template', { skip: withoutMariadb() }, () => {
  let orrery: Orrery;
  before(async () => {
    orrery = await startOrrery({
      services: ['rds', 'secretsmanager', 'kms', 'cloudformation', 's3', 'logs', 'iam', 'sts'],
    });
  });
  after(() => orrery.stop());

  const deployed = async (StackName: string): Promise<string | undefined> => {
    await orrery.clock.wind(3_600_000);
    const client = orrery.client(CloudFormationClient);
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0]?.StackStatus;
  };
  const whatFailed = async (StackName: string): Promise<(string | undefined)[]> => {
    const { StackEvents = [] } = await orrery
      .client(CloudFormationClient)
      .send(new DescribeStackEventsCommand({ StackName }));
    const failed = StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
    return failed.map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`);
  };
  const signIn = async (): Promise<Connection> => {
    const secrets = orrery.client(SecretsManagerClient);
    const { SecretList } = await secrets.send(new ListSecretsCommand({}));
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: SecretList?.[0]?.ARN }));
    const { engine, host, username: user, password, port, dbname: database } = JSON.parse(SecretString) as Credentials;
    assert.deepEqual([engine, port, user, database], ['mysql', 3306, 'owner', 'menu']);
    const at = orrery.kernel.engine(fleet).local(host);
    const client = await createConnection({ ...at, user, password, database, ssl: { rejectUnauthorized: false } });
    client.on('error', () => undefined);
    return client;
  };

  test('is asked through its endpoint with the credentials of the secret that was attached to it', async () => {
    const TemplateBody = JSON.stringify({ Resources: resources(77) });
    await orrery.client(CloudFormationClient).send(new CreateStackCommand({ StackName: 'data', TemplateBody }));
    assert.equal(await deployed('data'), 'CREATE_COMPLETE', (await whatFailed('data')).join('\n'));
    const client = await signIn();
    const [rows] = await client.query('SELECT @@max_connections AS most, @@time_zone AS zone');
    assert.deepEqual(rows, [{ most: 77, zone: '+02:00' }]);
    await client.query('CREATE TABLE dishes (name varchar(40) PRIMARY KEY)');
    await client.query("INSERT INTO dishes VALUES ('soup')");
    await client.end();
    const { DBInstances } = await orrery.client(RDSClient).send(new DescribeDBInstancesCommand({}));
    assert.deepEqual(
      DBInstances?.map((one) => [
        one.Engine,
        one.BackupRetentionPeriod,
        one.PreferredBackupWindow,
        one.CopyTagsToSnapshot,
      ]),
      [['mysql', 7, '03:00-03:30', true]],
    );
    assert.ok(DBInstances?.[0]?.LatestRestorableTime);
  });

  test('takes up an update, and goes on as it was when one fails', async () => {
    const client = orrery.client(CloudFormationClient);
    const update = async (Resources: object): Promise<string | undefined> => {
      const TemplateBody = JSON.stringify({ Resources });
      await client.send(new UpdateStackCommand({ StackName: 'data', TemplateBody }));
      return deployed('data');
    };
    const quiet = resources(88);
    const { EnableCloudwatchLogsExports: _, ...Properties } = quiet.Menu.Properties;
    assert.equal(await update({ ...quiet, Menu: { ...quiet.Menu, Properties } }), 'UPDATE_COMPLETE');
    const { DBInstances } = await orrery.client(RDSClient).send(new DescribeDBInstancesCommand({}));
    assert.equal(DBInstances?.[0]?.EnabledCloudwatchLogsExports, undefined);
    const broken = { ...resources(99) };
    broken.Menu = { ...broken.Menu, Properties: { ...broken.Menu.Properties, PreferredBackupWindow: '03:00-03:10' } };
    assert.equal(await update(broken), 'UPDATE_ROLLBACK_COMPLETE');
    assert.match((await whatFailed('data'))[0] ?? '', /Menu: .*Invalid backup window format/);
    const session = await signIn();
    const [rows] = await session.query('SELECT @@max_connections AS most, name FROM dishes');
    assert.deepEqual(rows, [{ most: 88, name: 'soup' }]);
    await session.end();
  });

  test('is gone again with all beside it when something of its stack cannot be made', async () => {
    const { Menu, ...others } = resources(50);
    const rds = orrery.client(RDSClient);
    const count = async (): Promise<(number | undefined)[]> => [
      (await rds.send(new DescribeDBInstancesCommand({}))).DBInstances?.length,
      (await rds.send(new DescribeDBParameterGroupsCommand({}))).DBParameterGroups?.filter(
        ({ DBParameterGroupName }) => !DBParameterGroupName?.startsWith('default.'),
      ).length,
    ];
    const before = await count();
    const wrong = {
      Type: 'AWS::RDS::DBInstance',
      DependsOn: 'Menu',
      Properties: { ...Menu.Properties, DBParameterGroupName: 'not-there' },
    };
    const TemplateBody = JSON.stringify({ Resources: { ...others, Menu, Wrong: wrong } });
    await orrery.client(CloudFormationClient).send(new CreateStackCommand({ StackName: 'broken', TemplateBody }));
    assert.equal(await deployed('broken'), 'ROLLBACK_COMPLETE');
    assert.match((await whatFailed('broken')).join('\n'), /Wrong: .*DBParameterGroup not found: not-there/);
    assert.deepEqual(await count(), before);
  });
});
