import type { SignalResourceCommandInput } from '@aws-sdk/client-cloudformation';
import { signalKey, signals } from '../../../engines/cloudformation/deployment/creation-signals.ts';
import type { Context } from '../../../kernel/service.ts';
import { findStack } from '../behaviour/find-stack.ts';
import { checkOwnStack } from '../behaviour/shown-instance.ts';
import { validationError } from '../errors.ts';

export async function SignalResource(ctx: Context, input: SignalResourceCommandInput): Promise<void> {
  const stack = findStack(ctx, input.StackName);
  await checkOwnStack(ctx, 'SignalResource', stack.StackId);
  const { LogicalResourceId = '', UniqueId = '', Status } = input;
  const key = signalKey(stack.StackId, LogicalResourceId);
  if (!ctx.engine(signals).send(key, { UniqueId, Status: Status === 'FAILURE' ? 'FAILURE' : 'SUCCESS' })) {
    throw validationError(`Resource ${LogicalResourceId} is in a state that does not accept signals`);
  }
}
