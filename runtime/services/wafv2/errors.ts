import { AwsError } from '../../kernel/errors.ts';

/** AWS WAF API Reference, "Common Errors" and each action's "Errors". */
function error(code: string, message: string, members: Record<string, unknown> = {}): AwsError {
  return new AwsError(code, message, { members: { Message: message, ...members } });
}

/** `field` is one of ParameterExceptionField. */
export function invalidParameter(field: string, parameter: string, reason: string): AwsError {
  return error('WAFInvalidParameterException', `Error reason: ${reason}, field: ${field}, parameter: ${parameter}`, {
    Field: field,
    Parameter: parameter,
    Reason: reason,
  });
}

export const nonexistent = () =>
  error('WAFNonexistentItemException', 'AWS WAF couldn’t perform the operation because your resource doesn’t exist.');

export const unavailable = () =>
  error(
    'WAFUnavailableEntityException',
    'AWS WAF couldn’t retrieve the resource that you requested. Retry your request.',
  );

export const duplicate = () =>
  error(
    'WAFDuplicateItemException',
    'AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.',
  );

export const optimisticLock = () =>
  error(
    'WAFOptimisticLockException',
    'AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. Reapply your changes.',
  );

export const associated = () =>
  error(
    'WAFAssociatedItemException',
    'AWS WAF couldn’t perform the operation because your resource is being used by another resource or it’s associated with another resource.',
  );

export const limitsExceeded = (
  message = 'AWS WAF couldn’t perform the operation because you exceeded your resource limit.',
) => error('WAFLimitsExceededException', message);

export const invalidResource = () =>
  error(
    'WAFInvalidResourceException',
    'AWS WAF couldn’t perform the operation because the resource that you requested isn’t valid. Check the resource, and try again.',
  );

export const logDestinationPermission = (message: string) =>
  error('WAFLogDestinationPermissionIssueException', message);
