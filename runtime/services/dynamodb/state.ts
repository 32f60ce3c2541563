import type {
  AttributeDefinition,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
  OnDemandThroughput,
  StreamViewType,
  WarmThroughput,
} from '@aws-sdk/client-dynamodb';
import { formatArn, parseArn } from '../../kernel/arn.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { resourceNotFound } from './errors.ts';

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
  onDemandSinceMs?: number | undefined;
  ProvisionedThroughput: Throughput | undefined;
  OnDemandThroughput?: OnDemandThroughput | undefined;
  WarmThroughput?: WarmThroughput | undefined;
  GlobalSecondaryIndexes: GlobalSecondaryIndex[];
  LocalSecondaryIndexes: LocalSecondaryIndex[];
  timeToLive: { AttributeName: string; Enabled: boolean; changedMs?: number } | undefined;
  sse: Encryption | undefined;
  /** Since when DynamoDB knows that the KMS key cannot be used. */
  inaccessibleMs?: number | undefined;
  /** Point-in-time recovery; undefined when it is off. */
  recovery?: { sinceMs: number; days: number } | undefined;
  DeletionProtectionEnabled: boolean;
  TableClass: string | undefined;
  tableClassChangedMs?: number | undefined;
  tags: Record<string, string>;
  stream?: { StreamArn: string; StreamLabel: string; StreamViewType: StreamViewType; enabled: boolean } | undefined;
  resourcePolicy?: { Policy: string; RevisionId: string } | undefined;
  /** How it came to be, when it was restored. */
  restore?:
    | { SourceBackupArn?: string | undefined; SourceTableArn?: string | undefined; restoredMs: number }
    | undefined;
}

export interface Throughput {
  ReadCapacityUnits: number;
  WriteCapacityUnits: number;
  increasedMs?: number | undefined;
  decreasedMs?: number | undefined;
}

export interface Encryption {
  KMSMasterKeyArn: string;
  /** The table's data key as the KMS key encrypted it (base64), and the encryption context it is bound to. */
  CiphertextBlob: string;
  context: Record<string, string>;
  /** By which DynamoDB uses the key when nobody asks. */
  GrantId: string;
}

export function tables(kernel: Pick<Kernel, 'store'>, scope: Scope): Collection<Table> {
  return kernel.store.collection<Table>('dynamodb.tables', { account: scope.account, region: scope.region });
}

export function tableArn(region: string, account: string, name: string): string {
  return formatArn('dynamodb', region, account, `table/${name}`);
}

/** TableName may be a name or an ARN. */
export function nameOf(table: string): string {
  return table.startsWith('arn:') ? (parseArn(table)?.resource.split('/')[1] ?? table) : table;
}

/** The table of that name or ARN; an ARN may be another account's, whose resource policy has let the caller in. */
export function findTable(kernel: Pick<Kernel, 'store'>, scope: Scope, table: string): Table | undefined {
  if (!table.startsWith('arn:')) return tables(kernel, scope).get(table);
  const arn = parseArn(table);
  return arn && tables(kernel, arn).get(arn.resource.split('/')[1] ?? '');
}

export function tableAt(kernel: Pick<Kernel, 'store'> & Scope, name: string | undefined): Table {
  const table = findTable(kernel, kernel, name ?? '');
  if (!table) throw resourceNotFound();
  return table;
}

export interface KeyAttribute {
  name: string;
  type: string;
}

export interface KeyAttributes {
  partition: KeyAttribute;
  sort: KeyAttribute | undefined;
  /** Partition key first. */
  all: KeyAttribute[];
}

export interface Index {
  name: string;
  /** Names its rows in the store. */
  source: string;
  keys: KeyAttributes;
  projection: { type: string; attributes: ReadonlySet<string> };
  global: boolean;
}

/** What every operation needs to know of a table, computed once for each state it is in. */
export interface Schema extends KeyAttributes {
  indexes: Index[];
}

const schemas = new WeakMap<Table, Schema>();

export function schemaOf(table: Table): Schema {
  let schema = schemas.get(table);
  if (!schema) {
    schema = { ...keysOf(table, table.KeySchema), indexes: indexesOf(table) };
    schemas.set(table, schema);
  }
  return schema;
}

function keysOf(table: Table, elements: KeySchemaElement[]): KeyAttributes {
  const attribute = (kind: string): KeyAttribute | undefined => {
    const name = elements.find((element) => element.KeyType === kind)?.AttributeName;
    const definition = table.AttributeDefinitions.find((one) => one.AttributeName === name);
    return name === undefined ? undefined : { name, type: definition?.AttributeType ?? 'S' };
  };
  const partition = attribute('HASH');
  if (!partition) throw new Error(`the table ${table.TableName} has no partition key`);
  const sort = attribute('RANGE');
  return { partition, sort, all: sort ? [partition, sort] : [partition] };
}

function indexesOf(table: Table): Index[] {
  const describe = (index: GlobalSecondaryIndex | LocalSecondaryIndex, global: boolean): Index => {
    const keys = keysOf(table, index.KeySchema ?? []);
    const own = keysOf(table, table.KeySchema);
    const named = [...own.all, ...keys.all].map((key) => key.name);
    return {
      name: index.IndexName ?? '',
      source: `${table.id}/${index.IndexName}`,
      keys,
      projection: {
        type: index.Projection?.ProjectionType ?? 'ALL',
        attributes: new Set([...named, ...(index.Projection?.NonKeyAttributes ?? [])]),
      },
      global,
    };
  };
  return [
    ...table.GlobalSecondaryIndexes.map((index) => describe(index, true)),
    ...table.LocalSecondaryIndexes.map((index) => describe(index, false)),
  ];
}
