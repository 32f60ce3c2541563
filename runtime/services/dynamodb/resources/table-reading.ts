import type {
  DescribeContinuousBackupsOutput,
  DescribeTableOutput,
  DescribeTimeToLiveOutput,
  GlobalSecondaryIndexDescription,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../kernel/errors.ts';
import type { ReadProperties, ResourceContext } from '../../../kernel/resource.ts';
import type { TableProperties } from './table-settings.ts';

/** The table as it is now, in the template's names. */
export async function readTable(
  ctx: ResourceContext,
  TableName: string,
): Promise<ReadProperties<TableProperties> | undefined> {
  try {
    return await propertiesOf(ctx, TableName);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

async function propertiesOf(ctx: ResourceContext, TableName: string): Promise<ReadProperties<TableProperties>> {
  const { Table: table = {} } = await ctx.call<DescribeTableOutput>('dynamodb', 'DescribeTable', { TableName });
  const { TimeToLiveDescription: ttl } = await ctx.call<DescribeTimeToLiveOutput>('dynamodb', 'DescribeTimeToLive', {
    TableName,
  });
  const { ContinuousBackupsDescription: backups } = await ctx.call<DescribeContinuousBackupsOutput>(
    'dynamodb',
    'DescribeContinuousBackups',
    { TableName },
  );
  const { ReadCapacityUnits = 0, WriteCapacityUnits = 0 } = table.ProvisionedThroughput ?? {};
  const provisioned = ReadCapacityUnits > 0;
  const read = {
    TableName,
    AttributeDefinitions: table.AttributeDefinitions,
    KeySchema: table.KeySchema,
    BillingMode: provisioned ? 'PROVISIONED' : 'PAY_PER_REQUEST',
    ProvisionedThroughput: provisioned ? { ReadCapacityUnits, WriteCapacityUnits } : undefined,
    OnDemandThroughput: table.OnDemandThroughput,
    GlobalSecondaryIndexes: table.GlobalSecondaryIndexes?.map((index) => indexOf(index, provisioned)),
    LocalSecondaryIndexes: table.LocalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    })),
    StreamSpecification: table.StreamSpecification && { StreamViewType: table.StreamSpecification.StreamViewType },
    TimeToLiveSpecification: ttl?.AttributeName ? { AttributeName: ttl.AttributeName, Enabled: true } : undefined,
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled: backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED',
    },
    SSESpecification: table.SSEDescription && { SSEEnabled: true },
    DeletionProtectionEnabled: table.DeletionProtectionEnabled,
    TableClass: table.TableClassSummary?.TableClass,
  };
  return read as ReadProperties<TableProperties>;
}

function indexOf(
  { IndexName, KeySchema, Projection, ProvisionedThroughput }: GlobalSecondaryIndexDescription,
  provisioned: boolean,
) {
  const { ReadCapacityUnits, WriteCapacityUnits } = ProvisionedThroughput ?? {};
  return {
    IndexName,
    KeySchema,
    Projection,
    ...(provisioned ? { ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits } } : {}),
  };
}
