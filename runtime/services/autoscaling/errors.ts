import { AwsError } from '../../kernel/errors.ts';

/** Amazon EC2 Auto Scaling API Reference (2011-01-01), each action's "Errors" and "Common Errors". */
function error(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 400 });
}

export const validationError = (message: string) => error('ValidationError', message);
export const groupNotFound = (name: string) =>
  validationError(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
export const alreadyExists = (what: string, name: string) =>
  error(
    'AlreadyExists',
    `${what} by this name already exists - A ${what.toLowerCase()} already exists with the name ${name}`,
  );
export const resourceInUse = (message: string) => error('ResourceInUse', message);
export const scalingActivityInProgress = (message: string) => error('ScalingActivityInProgress', message);
export const limitExceeded = (message: string) => error('LimitExceeded', message);
export const activeRefreshNotFound = () =>
  error('ActiveInstanceRefreshNotFound', 'No in progress or pending Instance Refresh found for Auto Scaling group');
export const refreshInProgress = () =>
  error(
    'InstanceRefreshInProgress',
    'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
  );
