import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { type FunctionName, functionArn } from '../function-names.ts';
import { aliases, type FunctionVersion } from '../state.ts';
import { concurrency } from './concurrency.ts';
import { fleet } from './fleet.ts';
import { underFaults } from './injected-faults.ts';
import type { Invocation, InvocationResult } from './invocation.ts';
import { emitMetric } from './metrics.ts';

/** Runs one execution of a function version, however it was asked for: counted, limited, measured and traced. */
export async function execute(
  ctx: Context,
  target: FunctionName & { version: FunctionVersion },
  request: Omit<Invocation, 'invokedFunctionArn' | 'traceHeader' | 'streams'> & { streams?: boolean },
): Promise<InvocationResult> {
  const { name, qualifier, version } = target;
  const measured = { ctx, name, resource: resourceOf(ctx, target) };
  const entered = enter(ctx, measured, name);
  emitMetric(measured, 'ConcurrentExecutions', entered.running, 'Count');
  const hop = ctx.trace.child('lambda', `invoke ${name}`, functionArn(ctx, name, qualifier));
  const started = ctx.clock.elapsed();
  try {
    const result = await underFaults(ctx, target, request.requestId, (mayStream) =>
      ctx.engine(fleet).invoke(version, ctx, {
        ...request,
        invokedFunctionArn: functionArn(ctx, name, qualifier),
        traceHeader: hop.header,
        streams: mayStream && (request.streams ?? false),
      }),
    );
    emitMetric(measured, 'Invocations', 1, 'Count');
    emitMetric(measured, 'Errors', result.functionError ? 1 : 0, 'Count');
    emitMetric(measured, 'Duration', ctx.clock.elapsed() - started, 'Milliseconds');
    hop.note('version', result.executedVersion);
    hop.end(result.functionError ? { status: 200, error: result.errorType ?? 'Unhandled' } : { status: 200 });
    return result;
  } finally {
    entered.leave();
  }
}

type Measured = Parameters<typeof emitMetric>[0];

function enter(ctx: Context, measured: Measured, name: string) {
  try {
    return ctx.engine(concurrency).enter(ctx, name);
  } catch (error) {
    if (error instanceof AwsError) emitMetric(measured, 'Throttles', 1, 'Count');
    throw error;
  }
}

/** "Types of metrics for Lambda functions": an alias or version that was named adds the dimension Resource. */
function resourceOf(ctx: Context, { name, qualifier }: FunctionName): string | undefined {
  if (qualifier === undefined || qualifier === '$LATEST') return undefined;
  return aliases(ctx).has(`${name}:${qualifier}`) || /^\d+$/.test(qualifier) ? `${name}:${qualifier}` : undefined;
}
