import type {
  RestoreTableFromBackupCommandInput,
  RestoreTableToPointInTimeCommandInput,
  TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { tableExists } from '../errors.ts';
import { encryptionOf } from '../operations/tables.ts';
import { type Table, tableArn, tables } from '../state.ts';
import { newEncryption, unlock } from './encryption.ts';
import { describe } from './table-description.ts';
import { checkShape } from './table-rules.ts';
import type { Item } from './values.ts';
import { writeItem } from './write-item.ts';

type RestoreInput = Omit<RestoreTableFromBackupCommandInput, 'BackupArn'> | RestoreTableToPointInTimeCommandInput;

/**
 * A new table of the source's shape with the items given. Streams, TTL, tags, point-in-time recovery, deletion protection
 * and policies are not restored ("Restoring a DynamoDB table": set up again by hand).
 */
export async function restoreInto(
  ctx: Context,
  source: Table,
  input: RestoreInput,
  { items, restore }: { items(): Iterable<Item>; restore: NonNullable<Table['restore']> },
): Promise<{ TableDescription: TableDescription }> {
  const TableName = input.TargetTableName ?? '';
  const BillingMode = input.BillingModeOverride ?? source.BillingMode;
  const ProvisionedThroughput =
    input.ProvisionedThroughputOverride ?? (BillingMode === 'PROVISIONED' ? source.ProvisionedThroughput : undefined);
  const global = (input.GlobalSecondaryIndexOverride ?? source.GlobalSecondaryIndexes).map(
    ({ ProvisionedThroughput: units, ...index }) =>
      BillingMode === 'PROVISIONED' && units ? { ...index, ProvisionedThroughput: units } : index,
  );
  const local = input.LocalSecondaryIndexOverride ?? source.LocalSecondaryIndexes;
  const AttributeDefinitions = definitionsUsed(source, [...global, ...local]);
  const indexes = {
    ...(global.length > 0 ? { GlobalSecondaryIndexes: global } : {}),
    ...(local.length > 0 ? { LocalSecondaryIndexes: local } : {}),
  };
  checkShape({
    TableName,
    KeySchema: source.KeySchema,
    AttributeDefinitions,
    BillingMode,
    ProvisionedThroughput,
    ...indexes,
  });
  const sse = await encryptionFor(ctx, source, TableName, input);
  await unlock(ctx, { account: ctx.account, region: ctx.region, TableName, sse });
  if (tables(ctx, ctx).has(TableName)) throw tableExists(TableName);
  const table: Table = {
    TableName,
    TableArn: tableArn(ctx.region, ctx.account, TableName),
    id: ctx.ids.uuid(),
    account: ctx.account,
    region: ctx.region,
    createdMs: ctx.clock.now(),
    AttributeDefinitions,
    KeySchema: source.KeySchema,
    BillingMode,
    ...(BillingMode === 'PAY_PER_REQUEST' ? { onDemandSinceMs: ctx.clock.now() } : {}),
    ProvisionedThroughput: ProvisionedThroughput as Table['ProvisionedThroughput'],
    OnDemandThroughput: input.OnDemandThroughputOverride ?? source.OnDemandThroughput,
    GlobalSecondaryIndexes: global,
    LocalSecondaryIndexes: local,
    timeToLive: undefined,
    sse,
    DeletionProtectionEnabled: false,
    TableClass: source.TableClass,
    tags: {},
    restore,
  };
  const kept = [...items()];
  tables(ctx, ctx).put(TableName, table);
  for (const item of kept) writeItem(ctx, table, undefined, item);
  return { TableDescription: describe(ctx, table) };
}

async function encryptionFor(
  ctx: Context,
  source: Table,
  TableName: string,
  input: RestoreInput,
): Promise<Table['sse']> {
  if (input.SSESpecificationOverride) return encryptionOf(ctx, TableName, input.SSESpecificationOverride);
  return source.sse && newEncryption(ctx, TableName, source.sse.KMSMasterKeyArn);
}

function definitionsUsed(
  source: Table,
  indexes: { KeySchema?: { AttributeName?: string | undefined }[] | undefined }[],
): Table['AttributeDefinitions'] {
  const used = new Set(
    [source.KeySchema, ...indexes.map((index) => index.KeySchema ?? [])].flat().map((key) => key.AttributeName),
  );
  return source.AttributeDefinitions.filter((one) => used.has(one.AttributeName));
}
