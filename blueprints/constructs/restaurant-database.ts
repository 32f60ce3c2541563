import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { suppress } from './nag.ts';
import { databasePort, type RestaurantNetwork } from './restaurant-network.ts';

/** Aurora PostgreSQL: a writer and a reader in different zones, a week of backups, and a password changed each month. */
export class RestaurantDatabase extends Construct {
  readonly cluster: DatabaseCluster;
  /** JSON {host, port, username, password, dbname, engine}, kept true by the cluster and by its rotation. */
  readonly secret: ISecret;

  constructor(scope: Construct, id: string, { vpc, database, instances, functions }: RestaurantNetwork) {
    super(scope, id);
    const instanceType = InstanceType.of(InstanceClass.T4G, InstanceSize.MEDIUM);
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_7 }),
      writer: ClusterInstance.provisioned('Writer', { instanceType }),
      readers: [ClusterInstance.provisioned('Reader', { instanceType })],
      vpc,
      vpcSubnets: { subnetGroupName: 'database' },
      securityGroups: [database],
      port: databasePort,
      credentials: Credentials.fromGeneratedSecret('restaurant'),
      defaultDatabaseName: 'restaurant',
      parameters: { 'rds.force_ssl': '1', log_min_duration_statement: '1000' },
      storageEncrypted: true,
      backup: { retention: Duration.days(7), preferredWindow: '03:00-03:30' },
      cloudwatchLogsExports: ['postgresql'],
      removalPolicy: RemovalPolicy.SNAPSHOT,
    });
    for (const client of [instances, functions]) this.cluster.connections.allowDefaultPortFrom(client, 'PostgreSQL');
    const { secret } = this.cluster;
    if (!secret) throw new Error('The cluster made no secret');
    this.secret = secret;
    this.cluster.addRotationSingleUser({
      automaticallyAfter: Duration.days(30),
      vpcSubnets: { subnetGroupName: 'functions' },
      securityGroup: functions,
    });
    suppress(
      this.cluster,
      'AwsSolutions-RDS6',
      'Services sign in with the secret, whose password is changed every thirty days.',
    );
    suppress(
      this.cluster,
      'AwsSolutions-RDS10',
      'Deleting the stack leaves a final snapshot, from which it is restored.',
    );
    suppress(this.cluster, 'AwsSolutions-RDS11', 'Only two security groups reach the port, whatever its number is.');
  }
}
