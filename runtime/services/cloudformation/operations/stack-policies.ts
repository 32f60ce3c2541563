import type { GetStackPolicyCommandInput, SetStackPolicyCommandInput } from '@aws-sdk/client-cloudformation';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import type { Context } from '../../../kernel/service.ts';
import { findStack } from '../behaviour/find-stack.ts';
import { objectText } from '../behaviour/template-source.ts';
import { validationError } from '../errors.ts';

export async function SetStackPolicy(ctx: Context, input: SetStackPolicyCommandInput): Promise<void> {
  const stack = findStack(ctx, input.StackName);
  const body = input.StackPolicyURL === undefined ? input.StackPolicyBody : await objectText(ctx, input.StackPolicyURL);
  if (body === undefined) throw validationError('You must specify either StackPolicyURL or StackPolicyBody');
  try {
    JSON.parse(body);
  } catch {
    throw validationError('Error validating stack policy: Invalid stack policy');
  }
  ctx.engine(stackStore).put({ ...stack, StackPolicyBody: body });
}

export function GetStackPolicy(ctx: Context, input: GetStackPolicyCommandInput) {
  return { StackPolicyBody: findStack(ctx, input.StackName).StackPolicyBody };
}
