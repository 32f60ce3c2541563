import type {
  DeleteFunctionConcurrencyCommandInput,
  GetFunctionConcurrencyCommandInput,
  PutFunctionConcurrencyCommandInput,
} from '@aws-sdk/client-lambda';
import type { Context } from '../../../kernel/service.ts';
import { ACCOUNT_LIMIT, reservedTotal, UNRESERVED_MINIMUM } from '../behaviour/concurrency.ts';
import { invalidParameter, validation } from '../errors.ts';
import { existing } from '../function-names.ts';
import { functions } from '../state.ts';

export function PutFunctionConcurrency(ctx: Context, input: PutFunctionConcurrencyCommandInput) {
  const { name, record } = existing(ctx, input.FunctionName ?? '');
  const wanted = input.ReservedConcurrentExecutions ?? 0;
  if (wanted < 0) {
    throw validation([
      `Value '${wanted}' at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 0`,
    ]);
  }
  if (wanted > ACCOUNT_LIMIT - UNRESERVED_MINIMUM - reservedTotal(ctx, name)) {
    throw invalidParameter(
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MINIMUM}].`,
    );
  }
  functions(ctx).put(name, { ...record, ReservedConcurrentExecutions: wanted });
  return { ReservedConcurrentExecutions: wanted };
}

export function GetFunctionConcurrency(ctx: Context, input: GetFunctionConcurrencyCommandInput) {
  const reserved = existing(ctx, input.FunctionName ?? '').record.ReservedConcurrentExecutions;
  return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
}

export function DeleteFunctionConcurrency(ctx: Context, input: DeleteFunctionConcurrencyCommandInput) {
  const { name, record } = existing(ctx, input.FunctionName ?? '');
  const { ReservedConcurrentExecutions: _, ...unreserved } = record;
  functions(ctx).put(name, unreserved);
  return {};
}
