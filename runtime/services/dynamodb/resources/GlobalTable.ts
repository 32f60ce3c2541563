import { refused } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import type { IndexProperties } from './index-changes.ts';
import { createTable, deleteTable, type TableProperties, updateTable } from './table-settings.ts';

interface GlobalIndex extends IndexProperties {
  WriteProvisionedThroughputSettings?: object;
  WriteOnDemandThroughputSettings?: object;
  ReadOnDemandThroughputSettings?: object;
}

interface Replica
  extends Pick<
    TableProperties,
    'DeletionProtectionEnabled' | 'PointInTimeRecoverySpecification' | 'ResourcePolicy' | 'TableClass' | 'Tags'
  > {
  Region: string;
  GlobalSecondaryIndexes?: { IndexName?: string; ReadOnDemandThroughputSettings?: object }[];
  ReadOnDemandThroughputSettings?: object;
  SSESpecification?: { KMSMasterKeyId?: string };
}

interface GlobalTableProperties
  extends Pick<
    TableProperties,
    | 'TableName'
    | 'AttributeDefinitions'
    | 'KeySchema'
    | 'BillingMode'
    | 'LocalSecondaryIndexes'
    | 'SSESpecification'
    | 'StreamSpecification'
    | 'TimeToLiveSpecification'
    | 'WarmThroughput'
  > {
  GlobalSecondaryIndexes?: GlobalIndex[];
  WriteOnDemandThroughputSettings?: object;
  ReadOnDemandThroughputSettings?: object;
  Replicas?: Replica[];
}

const oneRegion = { refused: 'a table lives in one region here; name only the region that is deployed to.' };
const autoScaling = { refused: 'capacity does not scale by itself here; use BillingMode PAY_PER_REQUEST.' };

/** AWS::DynamoDB::GlobalTable, which the CDK's TableV2 makes, with one replica: the region that is deployed to. */
export const GlobalTable = defineResource<GlobalTableProperties>({
  type: 'AWS::DynamoDB::GlobalTable',
  properties: {
    TableName: 'executed',
    AttributeDefinitions: 'executed',
    KeySchema: 'executed',
    BillingMode: 'executed',
    GlobalSecondaryIndexes: 'executed',
    'GlobalSecondaryIndexes.WarmThroughput': 'stored',
    'GlobalSecondaryIndexes.WriteProvisionedThroughputSettings': autoScaling,
    LocalSecondaryIndexes: 'executed',
    SSESpecification: 'executed',
    StreamSpecification: 'executed',
    TimeToLiveSpecification: 'executed',
    WarmThroughput: 'stored',
    WriteOnDemandThroughputSettings: 'executed',
    ReadOnDemandThroughputSettings: 'executed',
    WriteProvisionedThroughputSettings: autoScaling,
    ReadProvisionedThroughputSettings: autoScaling,
    Replicas: 'executed',
    'Replicas.TableClass': 'stored',
    'Replicas.Tags': 'stored',
    'Replicas.ContributorInsightsSpecification': { refused: 'Contributor Insights is not run.' },
    'Replicas.GlobalSecondaryIndexes.ContributorInsightsSpecification': { refused: 'Contributor Insights is not run.' },
    'Replicas.GlobalSecondaryIndexes.ReadProvisionedThroughputSettings': autoScaling,
    'Replicas.ReadProvisionedThroughputSettings': autoScaling,
    'Replicas.KinesisStreamSpecification': { refused: 'Kinesis is not run; use StreamSpecification.' },
    'Replicas.ReplicaStreamSpecification': { refused: 'policies of streams are not run.' },
    MultiRegionConsistency: oneRegion,
    GlobalTableWitnesses: oneRegion,
    GlobalTableSourceArn: oneRegion,
    GlobalTableSettingsReplicationMode: oneRegion,
  },
  create: async (ctx, properties) => createTable(ctx, tableOf(ctx, properties)),
  update: async (ctx, TableName, properties, previous) =>
    updateTable(ctx, TableName, tableOf(ctx, properties), tableOf(ctx, previous)),
  delete: deleteTable,
});

function tableOf(ctx: ResourceContext, properties: GlobalTableProperties): TableProperties {
  const {
    Replicas = [],
    GlobalSecondaryIndexes,
    WriteOnDemandThroughputSettings,
    ReadOnDemandThroughputSettings,
    SSESpecification,
    ...rest
  } = properties;
  const [replica] = Replicas;
  if (!replica || Replicas.length > 1 || replica.Region !== ctx.region) {
    throw refused(
      `AWS::DynamoDB::GlobalTable Replicas [${Replicas.map((one) => one.Region).join(', ')}]`,
      oneRegion.refused,
    );
  }
  const {
    Region: _region,
    GlobalSecondaryIndexes: reads,
    ReadOnDemandThroughputSettings: read,
    SSESpecification: key,
    ...own
  } = replica;
  const OnDemandThroughput = { ...WriteOnDemandThroughputSettings, ...ReadOnDemandThroughputSettings, ...read };
  return {
    ...rest,
    ...own,
    ...(Object.keys(OnDemandThroughput).length > 0 ? { OnDemandThroughput } : {}),
    ...(SSESpecification ? { SSESpecification: { ...SSESpecification, ...key } } : {}),
    ...(GlobalSecondaryIndexes
      ? { GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => indexOf(index, reads)) }
      : {}),
  };
}

function indexOf(index: GlobalIndex, replicaIndexes: Replica['GlobalSecondaryIndexes']): IndexProperties {
  const { WriteOnDemandThroughputSettings: write, ReadOnDemandThroughputSettings: read, ...rest } = index;
  const own = replicaIndexes?.find((one) => one.IndexName === index.IndexName)?.ReadOnDemandThroughputSettings;
  const OnDemandThroughput = { ...write, ...read, ...own };
  return { ...rest, ...(Object.keys(OnDemandThroughput).length > 0 ? { OnDemandThroughput } : {}) };
}
