import { AwsError } from '../../../kernel/errors.ts';
import type { ResourceContext, ResourceState } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';
import { type IndexProperties, indexChanges } from './index-changes.ts';

/** What AWS::DynamoDB::Table says, and what AWS::DynamoDB::GlobalTable comes to for its one replica. */
export interface TableProperties {
  TableName?: string;
  AttributeDefinitions?: { AttributeName: string; AttributeType: string }[];
  KeySchema?: object[];
  BillingMode?: string;
  ProvisionedThroughput?: object;
  OnDemandThroughput?: object;
  WarmThroughput?: object;
  GlobalSecondaryIndexes?: IndexProperties[];
  LocalSecondaryIndexes?: object[];
  StreamSpecification?: { StreamViewType?: string };
  SSESpecification?: { SSEEnabled?: boolean; SSEType?: string; KMSMasterKeyId?: string };
  TimeToLiveSpecification?: { AttributeName?: string; Enabled?: boolean };
  PointInTimeRecoverySpecification?: { PointInTimeRecoveryEnabled?: boolean; RecoveryPeriodInDays?: number };
  ResourcePolicy?: { PolicyDocument?: unknown };
  DeletionProtectionEnabled?: boolean;
  TableClass?: string;
  Tags?: { Key: string; Value: string }[];
}

export async function createTable(ctx: ResourceContext, properties: TableProperties): Promise<ResourceState> {
  const TableName = properties.TableName ?? ctx.generateName({ maxLength: 255 });
  const {
    TimeToLiveSpecification: _ttl,
    PointInTimeRecoverySpecification: _recovery,
    ResourcePolicy,
    Tags,
    ...rest
  } = properties;
  await ctx.call('dynamodb', 'CreateTable', {
    ...rest,
    TableName,
    SSESpecification: encryption(properties),
    StreamSpecification: stream(properties),
    Tags: tagListOf(ctx, Tags),
    ...(ResourcePolicy ? { ResourcePolicy: JSON.stringify(ResourcePolicy.PolicyDocument) } : {}),
  });
  await changeTimeToLive(ctx, TableName, properties, {});
  await changeRecovery(ctx, TableName, properties, {});
  return stateOf(ctx, TableName);
}

export async function updateTable(
  ctx: ResourceContext,
  TableName: string,
  now: TableProperties,
  before: TableProperties,
): Promise<ResourceState> {
  const changed = (name: keyof TableProperties): boolean => JSON.stringify(now[name]) !== JSON.stringify(before[name]);
  const { AttributeDefinitions } = now;
  const settings: Record<string, unknown> = {};
  for (const name of [
    'BillingMode',
    'ProvisionedThroughput',
    'OnDemandThroughput',
    'WarmThroughput',
    'DeletionProtectionEnabled',
    'TableClass',
  ] as const) {
    if (changed(name) && now[name] !== undefined) settings[name] = now[name];
  }
  if (changed('DeletionProtectionEnabled')) settings.DeletionProtectionEnabled = now.DeletionProtectionEnabled ?? false;
  if (changed('TableClass')) settings.TableClass = now.TableClass ?? 'STANDARD';
  if (changed('SSESpecification')) settings.SSESpecification = encryption(now) ?? { Enabled: false };
  if (Object.keys(settings).length > 0) await ctx.call('dynamodb', 'UpdateTable', { TableName, ...settings });
  for (const change of indexChanges(now.GlobalSecondaryIndexes, before.GlobalSecondaryIndexes)) {
    await ctx.call('dynamodb', 'UpdateTable', {
      TableName,
      AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [change],
    });
  }
  if (changed('StreamSpecification')) await changeStream(ctx, TableName, now, before);
  await changeTimeToLive(ctx, TableName, now, before);
  await changeRecovery(ctx, TableName, now, before);
  const state = await stateOf(ctx, TableName);
  const ResourceArn = String(state.attributes?.Arn);
  if (changed('ResourcePolicy')) await changePolicy(ctx, ResourceArn, now);
  await changeTags(ctx, ResourceArn, now, before);
  return state;
}

export async function deleteTable(ctx: ResourceContext, TableName: string): Promise<void> {
  try {
    await ctx.call('dynamodb', 'DeleteTable', { TableName });
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
  }
}

/** The template's names differ from the API's. */
function encryption({ SSESpecification: sse }: TableProperties): object | undefined {
  return sse && { Enabled: sse.SSEEnabled, SSEType: sse.SSEType, KMSMasterKeyId: sse.KMSMasterKeyId };
}

function stream({ StreamSpecification: given }: TableProperties): object | undefined {
  return given && { StreamEnabled: true, StreamViewType: given.StreamViewType };
}

/** Another view type is another stream: the old one is switched off first. */
async function changeStream(
  ctx: ResourceContext,
  TableName: string,
  now: TableProperties,
  before: TableProperties,
): Promise<void> {
  if (before.StreamSpecification)
    await ctx.call('dynamodb', 'UpdateTable', { TableName, StreamSpecification: { StreamEnabled: false } });
  const StreamSpecification = stream(now);
  if (StreamSpecification) await ctx.call('dynamodb', 'UpdateTable', { TableName, StreamSpecification });
}

async function changeTimeToLive(
  ctx: ResourceContext,
  TableName: string,
  now: TableProperties,
  before: TableProperties,
): Promise<void> {
  const [ttl, old] = [now.TimeToLiveSpecification, before.TimeToLiveSpecification];
  if (JSON.stringify(ttl) === JSON.stringify(old)) return;
  if (old?.Enabled)
    await ctx.call('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification: { ...old, Enabled: false } });
  if (ttl?.Enabled) await ctx.call('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification: ttl });
}

async function changeRecovery(
  ctx: ResourceContext,
  TableName: string,
  now: TableProperties,
  before: TableProperties,
): Promise<void> {
  const [recovery, old] = [now.PointInTimeRecoverySpecification, before.PointInTimeRecoverySpecification];
  if (JSON.stringify(recovery) === JSON.stringify(old)) return;
  const PointInTimeRecoverySpecification = recovery ?? { PointInTimeRecoveryEnabled: false };
  await ctx.call('dynamodb', 'UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification });
}

async function changePolicy(
  ctx: ResourceContext,
  ResourceArn: string,
  { ResourcePolicy }: TableProperties,
): Promise<void> {
  if (!ResourcePolicy) await ctx.call('dynamodb', 'DeleteResourcePolicy', { ResourceArn });
  else
    await ctx.call('dynamodb', 'PutResourcePolicy', {
      ResourceArn,
      Policy: JSON.stringify(ResourcePolicy.PolicyDocument),
    });
}

async function changeTags(
  ctx: ResourceContext,
  ResourceArn: string,
  now: TableProperties,
  before: TableProperties,
): Promise<void> {
  const Tags = tagListOf(ctx, now.Tags);
  const TagKeys = (before.Tags ?? []).map((tag) => tag.Key).filter((key) => !Tags.some((tag) => tag.Key === key));
  if (TagKeys.length > 0) await ctx.call('dynamodb', 'UntagResource', { ResourceArn, TagKeys });
  if (Tags.length > 0) await ctx.call('dynamodb', 'TagResource', { ResourceArn, Tags });
}

async function stateOf(ctx: ResourceContext, TableName: string): Promise<ResourceState> {
  const { Table } = await ctx.call<{ Table: { TableArn: string; TableId: string; LatestStreamArn?: string } }>(
    'dynamodb',
    'DescribeTable',
    { TableName },
  );
  const { TableArn: Arn, TableId, LatestStreamArn } = Table;
  return {
    physicalId: TableName,
    attributes: { Arn, TableId, ...(LatestStreamArn ? { StreamArn: LatestStreamArn } : {}) },
  };
}
