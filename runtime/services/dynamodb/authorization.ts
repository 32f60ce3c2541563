import type { AttributeValue, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { parseArn } from '../../kernel/arn.ts';
import type { Access, Context } from '../../kernel/service.ts';
import { keysOf, nameOf, tableArn, tables } from './state.ts';

/** "Actions, resources, and condition keys for Amazon DynamoDB": batches and transactions ask for each item's own action. */
export function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access | Access[] {
  if (operation === 'ListTables' || operation === 'DescribeLimits')
    return { action: `dynamodb:${operation}`, resource: '*' };
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') return batch(operation, input, ctx);
  if (operation === 'TransactWriteItems')
    return ((input.TransactItems ?? []) as TransactWriteItem[]).map((entry) => transactional(ctx, entry));
  if (operation === 'TransactGetItems') {
    const entries = (input.TransactItems ?? []) as { Get?: { TableName?: string; Key?: Key } }[];
    return entries.map(({ Get }) => access(ctx, 'GetItem', Get?.TableName, { keys: [Get?.Key] }));
  }
  const table = (input.TableName ?? input.ResourceArn) as string | undefined;
  return access(ctx, operation, table, {
    keys: keysIn(operation, input),
    index: input.IndexName as string | undefined,
  });
}

type Key = Record<string, AttributeValue>;

function keysIn(operation: string, input: Record<string, unknown>): (Key | undefined)[] | undefined {
  if (operation === 'PutItem') return [input.Item as Key];
  if (['GetItem', 'DeleteItem', 'UpdateItem'].includes(operation)) return [input.Key as Key];
  return operation === 'Query' ? [queryKey(input)] : undefined;
}

/** The partition key of a query, read from `name = :value` wherever it stands. */
function queryKey(input: Record<string, unknown>): Key | undefined {
  const text = String(input.KeyConditionExpression ?? '');
  const names = (input.ExpressionAttributeNames ?? {}) as Record<string, string>;
  const values = (input.ExpressionAttributeValues ?? {}) as Key;
  const pairs = [...text.matchAll(/(#?\w+)\s*=\s*(:\w+)/g)].flatMap(([, name = '', value = '']) => {
    const given = values[value];
    return given ? [[names[name] ?? name, given] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function batch(operation: string, input: Record<string, unknown>, ctx: Context): Access[] {
  const requests = Object.entries(
    (input.RequestItems ?? {}) as Record<
      string,
      { Keys?: Key[] } | { PutRequest?: { Item?: Key }; DeleteRequest?: { Key?: Key } }[]
    >,
  );
  return requests.map(([name, request]) => {
    const keys = Array.isArray(request)
      ? request.map((one) => one.PutRequest?.Item ?? one.DeleteRequest?.Key)
      : request.Keys;
    return access(ctx, operation, name, { keys });
  });
}

function transactional(ctx: Context, { Put, Update, Delete, ConditionCheck }: TransactWriteItem): Access {
  if (Put) return access(ctx, 'PutItem', Put.TableName, { keys: [Put.Item as Key] });
  if (Update) return access(ctx, 'UpdateItem', Update.TableName, { keys: [Update.Key as Key] });
  if (Delete) return access(ctx, 'DeleteItem', Delete.TableName, { keys: [Delete.Key as Key] });
  return access(ctx, 'ConditionCheckItem', ConditionCheck?.TableName, { keys: [ConditionCheck?.Key as Key] });
}

function access(
  ctx: Context,
  action: string,
  table: string | undefined,
  about: { keys?: (Key | undefined)[] | undefined; index?: string | undefined },
): Access {
  const name = nameOf(table ?? '');
  const arn = parseArn(table ?? '');
  const base = tableArn(arn?.region ?? ctx.region, arn?.account ?? ctx.account, name);
  const leading = about.keys && leadingKeys(ctx, name, about.keys);
  return {
    action: `dynamodb:${action}`,
    resource: about.index ? `${base}/index/${about.index}` : base,
    ...(leading ? { conditions: { 'dynamodb:LeadingKeys': leading } } : {}),
  };
}

/** Values of the partition key, as text ("Using IAM policy conditions for fine-grained access control"). */
function leadingKeys(ctx: Context, name: string, keys: (Key | undefined)[]): string[] | undefined {
  const table = tables(ctx, ctx).get(name);
  if (!table) return undefined;
  const { partition } = keysOf(table);
  return keys.flatMap((key) => {
    const value = key?.[partition.name];
    return value ? [value.S ?? value.N ?? Buffer.from(value.B ?? []).toString('base64')] : [];
  });
}
