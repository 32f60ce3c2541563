import type {
  AttributeDefinition,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
} from '@aws-sdk/client-dynamodb';
import { formatArn, parseArn } from '../../kernel/arn.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { resourceNotFound } from './errors.ts';
import type { KeyAttribute } from './expressions/key-condition.ts';

/** A table as configured, in AWS's names. */
export interface Table {
  TableName: string;
  TableArn: string;
  /** Names its rows in the store, so that a new table of an old name begins empty. */
  id: string;
  account: string;
  region: string;
  createdMs: number;
  AttributeDefinitions: AttributeDefinition[];
  KeySchema: KeySchemaElement[];
  BillingMode: 'PAY_PER_REQUEST' | 'PROVISIONED';
  ProvisionedThroughput: { ReadCapacityUnits: number; WriteCapacityUnits: number } | undefined;
  GlobalSecondaryIndexes: GlobalSecondaryIndex[];
  LocalSecondaryIndexes: LocalSecondaryIndex[];
  timeToLive: { AttributeName: string; Enabled: boolean } | undefined;
  sse: { SSEType: 'KMS'; KMSMasterKeyArn: string } | undefined;
  pointInTimeRecovery: boolean;
  DeletionProtectionEnabled: boolean;
  TableClass: string | undefined;
  tags: Record<string, string>;
}

export function tables(kernel: Kernel, scope: Scope): Collection<Table> {
  return kernel.store.collection<Table>('dynamodb.tables', scope);
}

export function tableArn(region: string, account: string, name: string): string {
  return formatArn('dynamodb', region, account, `table/${name}`);
}

/** TableName may be a name or an ARN. */
export function nameOf(table: string): string {
  return parseArn(table)?.resource.split('/')[1] ?? table;
}

export function tableAt(ctx: Context, name: string | undefined): Table {
  const table = tables(ctx, ctx).get(nameOf(name ?? ''));
  if (!table) throw resourceNotFound();
  return table;
}

export interface KeyAttributes {
  partition: KeyAttribute;
  sort: KeyAttribute | undefined;
}

export function keysOf(table: Table, schema: KeySchemaElement[] = table.KeySchema): KeyAttributes {
  const attribute = (kind: string): KeyAttribute | undefined => {
    const name = schema.find((element) => element.KeyType === kind)?.AttributeName;
    return name === undefined
      ? undefined
      : { name, type: table.AttributeDefinitions.find((one) => one.AttributeName === name)?.AttributeType ?? 'S' };
  };
  const partition = attribute('HASH');
  if (!partition) throw new Error(`the table ${table.TableName} has no partition key`);
  return { partition, sort: attribute('RANGE') };
}

export interface Index {
  name: string;
  keys: KeyAttributes;
  projection: { type: string; attributes: string[] };
  global: boolean;
}

export function indexesOf(table: Table): Index[] {
  const describe =
    (global: boolean) =>
    (index: GlobalSecondaryIndex | LocalSecondaryIndex): Index => ({
      name: index.IndexName ?? '',
      keys: keysOf(table, index.KeySchema ?? []),
      projection: {
        type: index.Projection?.ProjectionType ?? 'ALL',
        attributes: index.Projection?.NonKeyAttributes ?? [],
      },
      global,
    });
  return [...table.GlobalSecondaryIndexes.map(describe(true)), ...table.LocalSecondaryIndexes.map(describe(false))];
}
