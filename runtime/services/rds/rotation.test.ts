import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { GetSecretValueCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';
import { databases } from '../../engines/databases/databases.ts';
import { withoutMariadb } from '../../engines/databases/mariadb/mariadb.fixture.ts';
import { network } from '../../engines/network/network.ts';

/** Other machines have one loopback address, which cannot stand for those of a VPC. */
const lacking = process.platform === 'linux' ? undefined : 'loopback addresses beside 127.0.0.1 are Linux’s';
if (lacking) process.stderr.write(`NOT RUN: rotation in a VPC. ${lacking}\n`);

const ref = (Ref: string) => ({ Ref });
const attribute = (...path: string[]) => ({ 'Fn::GetAtt': path });
const allowed = (port: number) => [{ IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIp: '10.0.0.0/16' }];
const group = (port: number) => ({
  Type: 'AWS::EC2::SecurityGroup',
  Properties: { GroupDescription: 'one port', VpcId: ref('Vpc'), SecurityGroupIngress: allowed(port) },
});
const subnet = (CidrBlock: string, AvailabilityZone: string) => ({
  Type: 'AWS::EC2::Subnet',
  Properties: { VpcId: ref('Vpc'), CidrBlock, AvailabilityZone },
});

interface Kind {
  name: 'PostgreSQL' | 'MySQL';
  Engine: string;
  port: number;
  secretEngine: string;
  newClerk: string;
  lacking: string | false | undefined;
  /** Runs a statement at a server's own port; rejects when the user is not let in. */
  run(at: { host: string; port: number; user: string; password: string; database: string }, sql: string): Promise<void>;
}

const postgres: Kind = {
  name: 'PostgreSQL',
  Engine: 'aurora-postgresql',
  port: 5432,
  secretEngine: 'postgres',
  newClerk: "CREATE ROLE clerk LOGIN PASSWORD 'clerks-password'",
  lacking,
  async run(at, sql) {
    const client = new pg.Client({ ...at, ssl: { rejectUnauthorized: false } });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(sql);
    await client.end();
  },
};

const mysql: Kind = {
  name: 'MySQL',
  Engine: 'aurora-mysql',
  port: 3306,
  secretEngine: 'mysql',
  newClerk: "GRANT SELECT, INSERT ON shop.* TO clerk@'%' IDENTIFIED BY 'clerks-password'",
  lacking: lacking ?? withoutMariadb(),
  async run(at, sql) {
    const client = await createConnection({ ...at, ssl: { rejectUnauthorized: false } });
    client.on('error', () => undefined);
    await client.query(sql);
    await client.end();
  },
};

/** What the CDK makes of a cluster with a generated secret and `addRotationSingleUser`, and a way to Secrets Manager. */
const templateOf = ({ name, Engine, port }: Kind) => ({
  Transform: ['AWS::Serverless-2016-10-31', 'AWS::SecretsManager-2020-07-23'],
  Resources: {
    Vpc: {
      Type: 'AWS::EC2::VPC',
      Properties: { CidrBlock: '10.0.0.0/16', EnableDnsSupport: true, EnableDnsHostnames: true },
    },
    One: subnet('10.0.1.0/24', 'us-east-1a'),
    Two: subnet('10.0.2.0/24', 'us-east-1b'),
    Https: group(443),
    // Orrery's API answers at its own port beside HTTPS.
    Api: group(4566),
    Database: group(port),
    Endpoint: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        ServiceName: 'com.amazonaws.us-east-1.secretsmanager',
        VpcEndpointType: 'Interface',
        VpcId: ref('Vpc'),
        SubnetIds: [ref('One')],
        SecurityGroupIds: [ref('Https'), ref('Api')],
        PrivateDnsEnabled: true,
      },
    },
    Subnets: {
      Type: 'AWS::RDS::DBSubnetGroup',
      Properties: { DBSubnetGroupDescription: 'two zones', SubnetIds: [ref('One'), ref('Two')] },
    },
    Secret: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        GenerateSecretString: {
          SecretStringTemplate: '{"username":"owner"}',
          GenerateStringKey: 'password',
          ExcludeCharacters: ' \'"@/\\',
        },
      },
    },
    Cluster: {
      Type: 'AWS::RDS::DBCluster',
      DeletionPolicy: 'Delete',
      Properties: {
        Engine,
        DatabaseName: 'shop',
        MasterUsername: 'owner',
        MasterUserPassword: { 'Fn::Sub': '{{resolve:secretsmanager:${Secret}:SecretString:password::}}' },
        DBSubnetGroupName: ref('Subnets'),
        VpcSecurityGroupIds: [attribute('Database', 'GroupId')],
      },
    },
    Writer: {
      Type: 'AWS::RDS::DBInstance',
      Properties: {
        Engine,
        DBClusterIdentifier: ref('Cluster'),
        DBInstanceClass: 'db.r6g.large',
        PubliclyAccessible: false,
      },
    },
    Attachment: {
      Type: 'AWS::SecretsManager::SecretTargetAttachment',
      Properties: { SecretId: ref('Secret'), TargetId: ref('Cluster'), TargetType: 'AWS::RDS::DBCluster' },
    },
    Rotator: {
      Type: 'AWS::Serverless::Application',
      Properties: {
        Location: {
          ApplicationId: `arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDS${name}RotationSingleUser`,
          SemanticVersion: '1.1.671',
        },
        Parameters: {
          functionName: 'rotator',
          endpoint: 'https://secretsmanager.us-east-1.amazonaws.com',
          vpcSubnetIds: { 'Fn::Join': [',', [ref('One'), ref('Two')]] },
          vpcSecurityGroupIds: attribute('Https', 'GroupId'),
          excludeCharacters: ' \'"@/\\',
        },
      },
    },
    Schedule: {
      Type: 'AWS::SecretsManager::RotationSchedule',
      DependsOn: ['Writer', 'Endpoint'],
      Properties: {
        SecretId: ref('Attachment'),
        RotationLambdaARN: attribute('Rotator', 'Outputs.RotationLambdaARN'),
        RotationRules: { ScheduleExpression: 'rate(4 hours)' },
      },
    },
    Clerk: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        SecretString: {
          'Fn::Sub': '{"username":"clerk","password":"clerks-password","masterarn":"${Secret}"}',
        },
      },
    },
    ClerkAttachment: {
      Type: 'AWS::SecretsManager::SecretTargetAttachment',
      Properties: { SecretId: ref('Clerk'), TargetId: ref('Cluster'), TargetType: 'AWS::RDS::DBCluster' },
    },
    ClerkSchedule: {
      Type: 'AWS::SecretsManager::RotationSchedule',
      DependsOn: ['Schedule'],
      Properties: {
        SecretId: ref('ClerkAttachment'),
        HostedRotationLambda: {
          RotationType: `${name}MultiUser`,
          RotationLambdaName: 'clerks',
          MasterSecretArn: ref('Secret'),
          VpcSubnetIds: { 'Fn::Join': [',', [ref('One'), ref('Two')]] },
          VpcSecurityGroupIds: attribute('Https', 'GroupId'),
          ExcludeCharacters: ' \'"@/\\',
        },
        RotationRules: { AutomaticallyAfterDays: 30 },
        RotateImmediatelyOnUpdate: false,
      },
    },
  },
  Outputs: {
    Clerk: { Value: ref('Clerk') },
    Secret: { Value: ref('Secret') },
    ResourceId: { Value: attribute('Cluster', 'DBClusterResourceId') },
  },
});

for (const kind of [postgres, mysql])
  describe(`rotation of the secret of ${kind.name}`, { skip: kind.lacking }, () => {
    let orrery: Orrery;
    let outputs: Record<string, string>;

    before(async () => {
      orrery = await startOrrery({
        services: ['rds', 'ec2', 'iam', 'sts', 'secretsmanager', 'kms', 'cloudformation', 's3', 'lambda', 'logs'],
      });
      process.stderr.write(`Rotation runs at the network level ${orrery.kernel.engine(network).level}.\n`);
      const client = orrery.client(CloudFormationClient);
      const { StackId = '' } = await client.send(
        new CreateStackCommand({
          StackName: 'data',
          TemplateBody: JSON.stringify(templateOf(kind)),
          Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
        }),
      );
      await orrery.kernel.engine(deployments).settled(StackId);
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'data' }));
      if (Stacks?.[0]?.StackStatus !== 'CREATE_COMPLETE') {
        const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: 'data' }));
        throw new Error(JSON.stringify(StackEvents?.map((one) => one.ResourceStatusReason)));
      }
      outputs = Object.fromEntries(Stacks[0].Outputs?.map((one) => [one.OutputKey, one.OutputValue]) ?? []);
    });
    after(() => orrery.stop());

    const secret = async (VersionStage = 'AWSCURRENT', SecretId = outputs.Secret) => {
      const input = { SecretId, VersionStage };
      const { SecretString = '' } = await orrery.client(SecretsManagerClient).send(new GetSecretValueCommand(input));
      return JSON.parse(SecretString) as Record<string, string | number>;
    };
    /** Straight to the server: what is asked here is which password it takes. */
    const run = ({ username, password }: Record<string, string | number>, sql: string): Promise<void> => {
      const group = orrery.kernel.engine(databases).group(outputs.ResourceId ?? '');
      const at = { host: '127.0.0.1', port: group?.port(group.writer) ?? 0, database: 'shop' };
      return kind.run({ ...at, user: String(username), password: String(password) }, sql);
    };
    const enters = async (who: Record<string, string | number>): Promise<boolean> => {
      try {
        await run(who, 'SELECT 1');
        return true;
      } catch (error) {
        assert.match((error as Error).message, /password authentication failed|Access denied for user/);
        return false;
      }
    };

    test('the secret tells where the database is, and its password has been changed at once', async () => {
      await orrery.clock.wind(0);
      const [now, before] = [await secret(), await secret('AWSPREVIOUS')];
      assert.match(String(now.host), /\.cluster-c\w+\.us-east-1\.rds\.amazonaws\.com$/);
      assert.deepEqual(
        { engine: now.engine, port: now.port, dbname: now.dbname, username: now.username },
        { engine: kind.secretEngine, port: kind.port, dbname: 'shop', username: 'owner' },
      );
      assert.notEqual(now.password, before.password);
      assert.equal(await enters(now), true);
      assert.equal(await enters(before), false);
    });

    test('and again when its hour has come', async () => {
      const before = await secret();
      await orrery.clock.wind(5 * 3_600_000);
      const now = await secret();
      assert.notEqual(now.password, before.password);
      assert.equal(await enters(now), true);
      assert.equal(await enters(before), false);
    });

    test('a hosted rotation of two users lets the one be while the other gets its password', async () => {
      await run(await secret(), kind.newClerk);
      await orrery.client(SecretsManagerClient).send(new RotateSecretCommand({ SecretId: outputs.Clerk }));
      await orrery.clock.wind(0);
      const [now, before] = [await secret('AWSCURRENT', outputs.Clerk), await secret('AWSPREVIOUS', outputs.Clerk)];
      assert.deepEqual([now.username, before.username], ['clerk_clone', 'clerk']);
      assert.equal(await enters(now), true);
      assert.equal(await enters(before), true);
      await orrery.client(SecretsManagerClient).send(new RotateSecretCommand({ SecretId: outputs.Clerk }));
      await orrery.clock.wind(0);
      assert.equal((await secret('AWSCURRENT', outputs.Clerk)).username, 'clerk');
      assert.equal(await enters(await secret('AWSCURRENT', outputs.Clerk)), true);
    });
  });
