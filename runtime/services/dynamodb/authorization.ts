import type { AttributeValue, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { parseArn } from '../../kernel/arn.ts';
import type { Access, Context } from '../../kernel/service.ts';
import { attributesIn, type ItemRequest } from './behaviour/requested-attributes.ts';
import { findTable, nameOf, schemaOf, type Table, tableArn } from './state.ts';

type Key = Record<string, AttributeValue>;

/** Operations that have no resource ("Actions, resources, and condition keys for Amazon DynamoDB"). */
const everywhere = new Set([
  'ListTables',
  'DescribeLimits',
  'DescribeEndpoints',
  'ListBackups',
  'DescribeReservedCapacity',
]);

/** Transactions ask for each entry's own action; batches for theirs, table by table. */
export function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access | Access[] {
  if (everywhere.has(operation)) return { action: `dynamodb:${operation}`, resource: '*' };
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') return batch(operation, input, ctx);
  if (operation === 'TransactWriteItems') {
    return ((input.TransactItems ?? []) as TransactWriteItem[]).map((entry) => transactional(ctx, entry));
  }
  if (operation === 'TransactGetItems') {
    const entries = (input.TransactItems ?? []) as { Get?: ItemRequest }[];
    return entries.map(({ Get = {} }) => access(ctx, 'GetItem', { ...Get, enclosing: operation }));
  }
  if (operation.includes('Backup') && input.BackupArn !== undefined) return backupAccess(ctx, operation, input);
  if (operation === 'RestoreTableToPointInTime') {
    const source = (input.SourceTableArn ?? input.SourceTableName) as string | undefined;
    return [source, input.TargetTableName as string].map((TableName) => access(ctx, operation, { TableName }));
  }
  const request = input as ItemRequest & { ResourceArn?: string };
  const own = access(ctx, operation, { ...request, TableName: request.TableName ?? request.ResourceArn });
  return operation === 'CreateTable' ? [own, ...creationExtras(own, input)] : own;
}

/** A table made with tags or a policy needs the permission to put them there. */
function creationExtras(own: Access, input: Record<string, unknown>): Access[] {
  const extras: Access[] = [];
  if (Array.isArray(input.Tags) && input.Tags.length > 0) extras.push({ ...own, action: 'dynamodb:TagResource' });
  if (input.ResourcePolicy !== undefined) extras.push({ ...own, action: 'dynamodb:PutResourcePolicy' });
  return extras;
}

function backupAccess(ctx: Context, operation: string, input: Record<string, unknown>): Access[] {
  const own = { action: `dynamodb:${operation}`, resource: String(input.BackupArn) };
  if (input.TargetTableName === undefined) return [own];
  return [own, access(ctx, operation, { TableName: String(input.TargetTableName) })];
}

function batch(operation: string, input: Record<string, unknown>, ctx: Context): Access[] {
  type Writes = { PutRequest?: { Item?: Key }; DeleteRequest?: { Key?: Key } }[];
  const requests = (input.RequestItems ?? {}) as Record<string, (ItemRequest & { Keys?: Key[] }) | Writes>;
  return Object.entries(requests).map(([TableName, request]) => {
    if (!Array.isArray(request)) return access(ctx, operation, { ...request, TableName });
    const Keys = request.flatMap((one): Key[] => [one.PutRequest?.Item ?? one.DeleteRequest?.Key ?? {}]);
    return access(ctx, operation, { TableName, Keys });
  });
}

function transactional(ctx: Context, { Put, Update, Delete, ConditionCheck }: TransactWriteItem): Access {
  const enclosing = 'TransactWriteItems';
  if (Put) return access(ctx, 'PutItem', { ...Put, enclosing });
  if (Update) return access(ctx, 'UpdateItem', { ...Update, enclosing });
  if (Delete) return access(ctx, 'DeleteItem', { ...Delete, enclosing });
  return access(ctx, 'ConditionCheckItem', { ...ConditionCheck, enclosing });
}

function access(ctx: Context, action: string, request: ItemRequest): Access {
  const given = request.TableName ?? '';
  const arn = given.startsWith('arn:') ? parseArn(given) : undefined;
  const base = tableArn(arn?.region ?? ctx.region, arn?.account ?? ctx.account, nameOf(given));
  const table = findTable(ctx, ctx, given);
  const policy = table?.resourcePolicy?.Policy;
  const plain: Access = {
    action: `dynamodb:${action}`,
    resource: request.IndexName ? `${base}/index/${request.IndexName}` : base,
  };
  if (policy === undefined && ctx.principal.kind === 'root') return plain;
  return {
    ...plain,
    resourcePolicy: policy,
    ...(arn ? { resourceAccount: arn.account } : {}),
    conditions: table ? conditionsOf(action, request, table) : {},
  };
}

/** "Using IAM policy conditions for fine-grained access control". */
function conditionsOf(action: string, request: ItemRequest, table: Table): Record<string, string | string[]> {
  const conditions: Record<string, string | string[]> = {};
  const leading = leadingKeys(request, table);
  if (leading) conditions['dynamodb:LeadingKeys'] = leading;
  const attributes = attributesIn(action, request, table);
  if (attributes) conditions['dynamodb:Attributes'] = attributes;
  if (request.Select) conditions['dynamodb:Select'] = request.Select;
  if (request.ReturnValues) conditions['dynamodb:ReturnValues'] = request.ReturnValues;
  if (request.ReturnConsumedCapacity) conditions['dynamodb:ReturnConsumedCapacity'] = request.ReturnConsumedCapacity;
  if (request.enclosing) conditions['dynamodb:EnclosingOperation'] = request.enclosing;
  if (action === 'Scan') conditions['dynamodb:FullTableScan'] = 'true';
  return conditions;
}

/** Values of the partition key (of the index, in a query of one), as text. */
function leadingKeys(request: ItemRequest, table: Table): string[] | undefined {
  const index =
    request.IndexName === undefined ? undefined : schemaOf(table).indexes.find((one) => one.name === request.IndexName);
  const { name } = (index?.keys ?? schemaOf(table)).partition;
  const keys = request.Keys ?? [request.Item ?? request.Key ?? queryKey(request, name)];
  const values = keys.flatMap((key) => key?.[name] ?? []);
  if (values.length === 0) return undefined;
  return values.map((value) => value.S ?? value.N ?? Buffer.from(value.B ?? []).toString('base64'));
}

/** A longer one is refused ("Expression parameters" of the quotas, Developer Guide). */
const longestExpression = 4096;

/** The partition key of a query, read from `name = :value` wherever it stands. */
function queryKey(request: ItemRequest, partition: string): Key | undefined {
  const legacy = request.KeyConditions?.[partition]?.AttributeValueList?.[0];
  if (legacy) return { [partition]: legacy };
  const names = request.ExpressionAttributeNames ?? {};
  for (const [, left = '', right = ''] of (request.KeyConditionExpression ?? '')
    .slice(0, longestExpression)
    .matchAll(/([#:]?\w+)\s*=\s*([#:]?\w+)/g)) {
    const [name, placeholder] = left.startsWith(':') ? [right, left] : [left, right];
    const value = request.ExpressionAttributeValues?.[placeholder];
    if (value && (names[name] ?? name) === partition) return { [partition]: value };
  }
  return undefined;
}
