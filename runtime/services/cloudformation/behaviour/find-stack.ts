import type { StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import type { Context } from '../../../kernel/service.ts';
import { stackDoesNotExist, validationError } from '../errors.ts';

/** By name or id; a deleted one only by id. */
export function findStack(ctx: Context, nameOrId: string | undefined, missing = stackDoesNotExist): StackRecord {
  const stack = ctx.engine(stackStore).find(ctx, nameOrId ?? '');
  if (!stack) throw missing(nameOrId ?? '');
  return stack;
}

export function checkStackName(name: string): void {
  if (!/^[a-zA-Z][-a-zA-Z0-9]*$/.test(name) || name.length > 128) {
    throw validationError(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  }
}
