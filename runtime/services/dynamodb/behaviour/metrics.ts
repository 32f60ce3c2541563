import { AwsError } from '../../../kernel/errors.ts';
import type { Context, Kernel, OperationHandler } from '../../../kernel/service.ts';
import { findTable, nameOf, type Table } from '../state.ts';
import { unlock } from './encryption.ts';

const namespace = 'AWS/DynamoDB';

/** A count of a table ("DynamoDB metrics and dimensions"). */
export function emitCount(
  kernel: Kernel,
  table: Pick<Table, 'TableName' | 'account' | 'region'>,
  { name, value, dimensions }: { name: string; value: number; dimensions?: Record<string, string> },
): void {
  kernel.events.emit('metric', {
    namespace,
    name,
    dimensions: dimensions ? { TableName: table.TableName, ...dimensions } : { TableName: table.TableName },
    value,
    unit: 'Count',
    timeMs: kernel.clock.now(),
    region: table.region,
    account: table.account,
  });
}

/** Refusals that are not the user's errors, or have a metric of their own. */
const notUserErrors = new Set([
  'ConditionalCheckFailedException',
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
]);

/**
 * Operations on items: the keys of their tables are at hand before they start, and how long they took or why they failed
 * is a metric.
 */
export function onItems(operations: Record<string, OperationHandler>): Record<string, OperationHandler> {
  return Object.fromEntries(Object.entries(operations).map(([name, handler]) => [name, onTables(name, handler)]));
}

function onTables(operation: string, handler: OperationHandler): OperationHandler {
  return (ctx, input) => {
    const started = ctx.clock.elapsed();
    const names = tableNames(input as Input);
    const finish = (output: object | void): object | void => {
      for (const table of names)
        emitOutcome(ctx, operation, table, { SuccessfulRequestLatency: ctx.clock.elapsed() - started });
      return output;
    };
    const fail = (error: unknown): never => {
      countFailure(ctx, operation, names, error);
      throw error;
    };
    try {
      const locked = unlockAll(ctx, names);
      if (locked) return locked.then(() => handler(ctx, input)).then(finish, fail);
      const output = handler(ctx, input);
      return output instanceof Promise ? output.then(finish, fail) : finish(output);
    } catch (error) {
      return fail(error);
    }
  };
}

interface Input {
  TableName?: string;
  RequestItems?: Record<string, unknown>;
  TransactItems?: Record<string, { TableName?: string } | undefined>[];
}

function tableNames(input: Input): string[] {
  if (input.TableName !== undefined) return [input.TableName];
  if (input.RequestItems) return Object.keys(input.RequestItems);
  const names = (input.TransactItems ?? []).flatMap((entry) => Object.values(entry).map((one) => one?.TableName ?? ''));
  return [...new Set(names)];
}

function unlockAll(ctx: Context, names: string[]): Promise<unknown> | undefined {
  let waiting: Promise<void>[] | undefined;
  for (const name of names) {
    const table = findTable(ctx, ctx, name);
    const locked = table && unlock(ctx, table);
    if (locked) {
      waiting ??= [];
      waiting.push(locked);
    }
  }
  return waiting && Promise.all(waiting);
}

function emitOutcome(ctx: Context, operation: string, table: string, values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) {
    ctx.events.emit('metric', {
      namespace,
      name,
      dimensions: { TableName: nameOf(table), Operation: operation },
      value,
      unit: name === 'SuccessfulRequestLatency' ? 'Milliseconds' : 'Count',
      timeMs: ctx.clock.now(),
      region: ctx.region,
      account: ctx.account,
    });
  }
}

function countFailure(ctx: Context, operation: string, names: string[], error: unknown): void {
  if (!(error instanceof AwsError)) return;
  const throttled = error.code === 'ProvisionedThroughputExceededException' || error.code === 'ThrottlingException';
  if (throttled) for (const table of names) emitOutcome(ctx, operation, table, { ThrottledRequests: 1 });
  if (error.fault === 'server') for (const table of names) emitOutcome(ctx, operation, table, { SystemErrors: 1 });
  if (error.fault === 'server' || notUserErrors.has(error.code)) return;
  const where = { timeMs: ctx.clock.now(), region: ctx.region, account: ctx.account };
  ctx.events.emit('metric', { namespace, name: 'UserErrors', dimensions: {}, value: 1, unit: 'Count', ...where });
}
