import type {
  CancelUpdateStackCommandInput,
  ContinueUpdateRollbackCommandInput,
  RollbackStackCommandInput,
} from '@aws-sdk/client-cloudformation';
import { deployments } from '../../../engines/cloudformation/deployment/deployments.ts';
import type { Context } from '../../../kernel/service.ts';
import { begin } from '../behaviour/begin.ts';
import { findStack } from '../behaviour/find-stack.ts';
import { validationError } from '../errors.ts';

export function CancelUpdateStack(ctx: Context, input: CancelUpdateStackCommandInput): void {
  const stack = findStack(ctx, input.StackName);
  if (stack.StackStatus !== 'UPDATE_IN_PROGRESS') {
    throw validationError('CancelUpdateStack cannot be called from current stack status');
  }
  ctx.engine(deployments).cancel(stack.StackId, 'User Initiated');
}

export function ContinueUpdateRollback(ctx: Context, input: ContinueUpdateRollbackCommandInput) {
  const stack = findStack(ctx, input.StackName);
  if (stack.StackStatus !== 'UPDATE_ROLLBACK_FAILED') {
    throw validationError(
      `Stack:${stack.StackId} is in ${stack.StackStatus} state and can not continue update rollback.`,
    );
  }
  begin(ctx, stack, 'UPDATE_ROLLBACK_IN_PROGRESS', {
    ResourcesToSkip: input.ResourcesToSkip,
    ...(input.RoleARN !== undefined && { RoleARN: input.RoleARN }),
  });
  return {};
}

/** Takes a stack whose failure was kept (DisableRollback) back to its last good state. */
export function RollbackStack(ctx: Context, input: RollbackStackCommandInput) {
  const stack = findStack(ctx, input.StackName);
  const next = ({ CREATE_FAILED: 'ROLLBACK_IN_PROGRESS', UPDATE_FAILED: 'UPDATE_ROLLBACK_IN_PROGRESS' } as const)[
    stack.StackStatus as 'CREATE_FAILED'
  ];
  if (!next)
    throw validationError(`Stack:${stack.StackId} is in ${stack.StackStatus} state and can not be rolled back.`);
  begin(ctx, stack, next, input.RoleARN === undefined ? {} : { RoleARN: input.RoleARN });
  return { StackId: stack.StackId };
}
