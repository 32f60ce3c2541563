import { authorization } from '../../../kernel/authorizer.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { startTrace } from '../../../kernel/events/hop.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Experiment } from '../state.ts';

/** A session of the experiment's role, whose trust policy lets fis.amazonaws.com in ("IAM roles for AWS FIS experiments"). */
export function asRole(kernel: Kernel, experiment: Experiment): Context {
  const { account, region, arn: sourceArn, id, roleArn } = experiment;
  const trace = startTrace(kernel, 'fis', `experiment ${id}`, { resource: sourceArn });
  const by = servicePrincipal('fis.amazonaws.com', account, { sourceArn });
  const ctx = kernel.context({ principal: by, region, trace });
  const authorizer = kernel.engine(authorization).current;
  if (!authorizer) throw new AwsError('AccessDeniedException', `The role ${roleArn} cannot be assumed.`);
  return ctx.as({ principal: authorizer.assumeRole(ctx, { roleArn, sessionName: id, by }).principal });
}
