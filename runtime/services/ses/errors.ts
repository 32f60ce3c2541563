import { AwsError } from '../../kernel/errors.ts';
import type { Context, OperationHandler } from '../../kernel/service.ts';

/** What the engine refuses has the second API's codes; this one has its own for the same, and no status but 400. */
export function inFirstApisWords(operations: Record<string, OperationHandler>): Record<string, OperationHandler> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]): [string, OperationHandler] => [
      name,
      async (ctx: Context, input: object) => {
        try {
          return await operation(ctx, input);
        } catch (error) {
          if (!(error instanceof AwsError) || error.queryCode === undefined) throw error;
          throw new AwsError(error.queryCode, error.message, { status: 400 });
        }
      },
    ]),
  );
}
