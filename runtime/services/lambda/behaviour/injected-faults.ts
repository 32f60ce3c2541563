import { type FunctionFault, functionFaults } from '../../../kernel/faults/function-faults.ts';
import type { Context } from '../../../kernel/service.ts';
import { functionArn } from '../function-names.ts';
import type { FunctionVersion } from '../state.ts';
import { failurePayload, type InvocationResult } from './invocation.ts';

/**
 * An invocation under the fault that a FIS action has switched on for the function, if any ("Use the AWS FIS
 * aws:lambda:function actions"). As there, a struck invocation does not stream. The error's name and sentence are ours.
 */
export async function underFaults(
  ctx: Context,
  { name, version }: { name: string; version: FunctionVersion },
  requestId: string,
  invoke: (streams: boolean) => Promise<InvocationResult>,
): Promise<InvocationResult> {
  const effect = ctx.engine(functionFaults).strike(functionArn(ctx, name));
  if (!effect) return invoke(true);
  const told = (errorType: string, message: string): InvocationResult => ({
    payload: failurePayload(errorType, message),
    functionError: 'Unhandled',
    errorType,
    executedVersion: version.Version,
    reported: Promise.resolve(),
  });
  if (effect.kind === 'delay') {
    const limitMs = version.Timeout * 1000;
    await ctx.clock.sleep(Math.min(effect.delayMs, limitMs), ctx.signal);
    if (effect.delayMs < limitMs) return invoke(false);
    const message = `RequestId: ${requestId} Error: Task timed out after ${version.Timeout.toFixed(2)} seconds`;
    return told('Sandbox.Timedout', message);
  }
  if (effect.runs) await invoke(false);
  if (effect.kind === 'error') return told('FaultInjected', 'The invocation was failed by an experiment of AWS FIS.');
  return { ...told('', ''), payload: responseOf(effect), functionError: undefined, errorType: undefined };
}

function responseOf({ statusCode, contentTypeHeader }: Extract<FunctionFault['effect'], { kind: 'response' }>): Buffer {
  const headers = { 'content-type': contentTypeHeader };
  return Buffer.from(JSON.stringify({ statusCode, headers, body: '', isBase64Encoded: false }));
}
