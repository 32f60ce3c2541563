import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { type ScalableDimension, scalableDimensions } from '../../../engines/scaling/scalable-dimensions.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';

type Units = 'ReadCapacityUnits' | 'WriteCapacityUnits';

/** "Managing throughput capacity automatically with DynamoDB auto scaling": provisioned units of tables and global indexes. */
export function offerScalableCapacity(kernel: Kernel): void {
  for (const owner of ['table', 'index'] as const)
    for (const units of ['ReadCapacityUnits', 'WriteCapacityUnits'] as const)
      kernel.engine(scalableDimensions).offer(dimension(owner, units));
}

function dimension(owner: 'table' | 'index', units: Units): ScalableDimension {
  const verb = units === 'ReadCapacityUnits' ? 'Read' : 'Write';
  return {
    ServiceNamespace: 'dynamodb',
    ScalableDimension: `dynamodb:${owner}:${units}`,
    capacityName: `${verb.toLowerCase()} capacity units`,
    isResource: (id) => (owner === 'table' ? /^table\/[^/]+$/ : /^table\/[^/]+\/index\/[^/]+$/).test(id),
    read: async (ctx, id) => (await throughputOf(ctx, id))?.[units],
    change: (ctx, id, capacity) => inTurn(ctx, id, () => change(ctx, id, { [units]: capacity })),
    least: 1,
    takesSteps: false,
    cooldownSeconds: 0,
    metrics: {
      [`DynamoDB${verb}CapacityUtilization`]: (id) => ({
        Namespace: 'AWS/DynamoDB',
        MetricName: `Consumed${units}`,
        Dimensions: [
          { Name: 'TableName', Value: tableOf(id) },
          ...(owner === 'index' ? [{ Name: 'GlobalSecondaryIndexName', Value: indexOf(id) ?? '' }] : []),
        ],
        measures: 'consumed units',
      }),
    },
  };
}

const tableOf = (id: string): string => id.split('/')[1] ?? '';
const indexOf = (id: string): string | undefined => id.split('/')[3];

async function throughputOf(ctx: Context, id: string) {
  try {
    const { Table } = await ctx.call<{ Table: TableDescription }>('dynamodb', 'DescribeTable', {
      TableName: tableOf(id),
    });
    const index = indexOf(id);
    if (index === undefined) return Table.ProvisionedThroughput;
    return Table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index)?.ProvisionedThroughput;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** UpdateTable takes both kinds of units: what one dimension does must not undo what the other does at the same time. */
const turns = defineEngine('dynamodb.scaling-turns', () => new Map<string, Promise<unknown>>());

async function inTurn(ctx: Context, id: string, work: () => Promise<void>): Promise<void> {
  const waiting = ctx.engine(turns);
  const key = `${ctx.account}/${ctx.region}/${tableOf(id)}`;
  const mine = (waiting.get(key) ?? Promise.resolve()).catch(() => undefined).then(work);
  waiting.set(key, mine);
  try {
    await mine;
  } finally {
    if (waiting.get(key) === mine) waiting.delete(key);
  }
}

async function change(ctx: Context, id: string, units: Partial<Record<Units, number>>): Promise<void> {
  const { ReadCapacityUnits, WriteCapacityUnits } = (await throughputOf(ctx, id)) ?? {};
  const ProvisionedThroughput = { ReadCapacityUnits, WriteCapacityUnits, ...units };
  const IndexName = indexOf(id);
  await ctx.call('dynamodb', 'UpdateTable', {
    TableName: tableOf(id),
    ...(IndexName === undefined
      ? { ProvisionedThroughput }
      : { GlobalSecondaryIndexUpdates: [{ Update: { IndexName, ProvisionedThroughput } }] }),
  });
}
