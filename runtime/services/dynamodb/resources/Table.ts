import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface TableProperties {
  TableName?: string;
  TimeToLiveSpecification?: { AttributeName?: string; Enabled?: boolean };
  PointInTimeRecoverySpecification?: { PointInTimeRecoveryEnabled?: boolean };
  SSESpecification?: { SSEEnabled?: boolean; SSEType?: string; KMSMasterKeyId?: string };
  GlobalSecondaryIndexes?: { IndexName?: string }[];
  Tags?: { Key: string; Value: string }[];
  [member: string]: unknown;
}

export const Table = defineResource<TableProperties>({
  type: 'AWS::DynamoDB::Table',
  properties: {
    TableName: 'executed',
    AttributeDefinitions: 'executed',
    KeySchema: 'executed',
    BillingMode: 'stored',
    ProvisionedThroughput: 'stored',
    GlobalSecondaryIndexes: 'executed',
    'GlobalSecondaryIndexes.ProvisionedThroughput': 'stored',
    LocalSecondaryIndexes: 'executed',
    TimeToLiveSpecification: 'executed',
    PointInTimeRecoverySpecification: 'stored',
    SSESpecification: 'stored',
    DeletionProtectionEnabled: 'executed',
    TableClass: 'stored',
    Tags: 'stored',
  },
  async create(ctx, properties) {
    const TableName = properties.TableName ?? ctx.generateName({ maxLength: 255 });
    await ctx.call('dynamodb', 'CreateTable', {
      ...creation(properties),
      TableName,
      Tags: tagListOf(ctx, properties.Tags),
    });
    await configure(ctx, TableName, properties, {});
    return state(ctx, TableName);
  },
  async update(ctx, TableName, properties, previous) {
    const { AttributeDefinitions, BillingMode, ProvisionedThroughput, DeletionProtectionEnabled, TableClass } =
      creation(properties) as Record<string, unknown>;
    for (const change of indexChanges(properties, previous)) {
      await ctx.call('dynamodb', 'UpdateTable', {
        TableName,
        AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [change],
      });
    }
    await ctx.call('dynamodb', 'UpdateTable', {
      TableName,
      AttributeDefinitions,
      BillingMode,
      ProvisionedThroughput,
      DeletionProtectionEnabled,
      TableClass,
    });
    await configure(ctx, TableName, properties, previous);
    return state(ctx, TableName);
  },
  async delete(ctx, TableName) {
    try {
      await ctx.call('dynamodb', 'DeleteTable', { TableName });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  },
  async read(ctx, TableName) {
    const { Table: table } = await ctx.call<{ Table: Record<string, unknown> }>('dynamodb', 'DescribeTable', {
      TableName,
    });
    return { TableName, KeySchema: table.KeySchema, AttributeDefinitions: table.AttributeDefinitions };
  },
});

/** The template's names differ from the API's in encryption alone; the rest is configured after creation. */
function creation(properties: TableProperties): object {
  const {
    TimeToLiveSpecification: _ttl,
    PointInTimeRecoverySpecification: _pitr,
    SSESpecification: sse,
    Tags: _tags,
    ...rest
  } = properties;
  const billing =
    rest.BillingMode === undefined && rest.ProvisionedThroughput === undefined
      ? { BillingMode: 'PAY_PER_REQUEST' }
      : {};
  return {
    ...rest,
    ...billing,
    ...(sse
      ? { SSESpecification: { Enabled: sse.SSEEnabled, SSEType: sse.SSEType, KMSMasterKeyId: sse.KMSMasterKeyId } }
      : {}),
  };
}

async function configure(
  ctx: ResourceContext,
  TableName: string,
  now: TableProperties,
  before: TableProperties,
): Promise<void> {
  const [ttl, old] = [now.TimeToLiveSpecification, before.TimeToLiveSpecification];
  if (JSON.stringify(ttl) !== JSON.stringify(old)) {
    if (old?.Enabled)
      await ctx.call('dynamodb', 'UpdateTimeToLive', {
        TableName,
        TimeToLiveSpecification: { ...old, Enabled: false },
      });
    if (ttl?.Enabled) await ctx.call('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification: ttl });
  }
  const recovery =
    now.PointInTimeRecoverySpecification ??
    (before.PointInTimeRecoverySpecification ? { PointInTimeRecoveryEnabled: false } : undefined);
  if (recovery)
    await ctx.call('dynamodb', 'UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification: recovery });
}

function indexChanges(now: TableProperties, before: TableProperties): object[] {
  const [new_, old] = [now.GlobalSecondaryIndexes ?? [], before.GlobalSecondaryIndexes ?? []];
  const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);
  const gone = old.filter((index) => !new_.some((other) => same(index, other)));
  const made = new_.filter((index) => !old.some((other) => same(index, other)));
  return [
    ...gone.map((index) => ({ Delete: { IndexName: index.IndexName } })),
    ...made.map((index) => ({ Create: index })),
  ];
}

async function state(ctx: ResourceContext, TableName: string): Promise<ResourceState> {
  const { Table: table } = await ctx.call<{ Table: { TableArn: string } }>('dynamodb', 'DescribeTable', { TableName });
  return { physicalId: TableName, attributes: { Arn: table.TableArn } };
}
