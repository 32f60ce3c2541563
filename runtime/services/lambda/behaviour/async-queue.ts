import type { Context } from '../../../kernel/service.ts';
import type { FunctionName } from '../function-names.ts';
import type { FunctionVersion } from '../state.ts';

export function enqueue(ctx: Context, target: FunctionName & { version: FunctionVersion }, payload: Buffer): void {
  void [ctx, target, payload];
  throw new Error('to come');
}
