import { AwsError } from '../../kernel/errors.ts';

/** Codes and sentences of "Errors" under each operation in the Lambda API Reference, as the service says them. */
export function resourceNotFound(message: string): AwsError {
  return failure('ResourceNotFoundException', message, 404, { Type: 'User' });
}

export function functionNotFound(arn: string): AwsError {
  return resourceNotFound(`Function not found: ${arn}`);
}

export function resourceConflict(message: string): AwsError {
  return failure('ResourceConflictException', message, 409, { Type: 'User' });
}

export function invalidParameter(message: string): AwsError {
  return failure('InvalidParameterValueException', message, 400, { Type: 'User' });
}

export function validation(violations: string[]): AwsError {
  const count = `${violations.length} validation error${violations.length > 1 ? 's' : ''} detected: `;
  return failure('ValidationException', count + violations.join('; '), 400);
}

export function invalidRequestContent(message: string): AwsError {
  return failure('InvalidRequestContentException', message, 400, { Type: 'User' });
}

export function requestTooLarge(message: string): AwsError {
  return failure('RequestTooLargeException', message, 413, { Type: 'User' });
}

export function entityTooLarge(message: string): AwsError {
  return failure('RequestEntityTooLargeException', message, 413);
}

export function invalidZip(message: string): AwsError {
  return failure('InvalidParameterValueException', message, 400, { Type: 'User' });
}

export function preconditionFailed(): AwsError {
  return failure(
    'PreconditionFailedException',
    'The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias/GetPolicy API to retrieve the latest RevisionId',
    412,
    { Type: 'User' },
  );
}

/** "Understanding Lambda function scaling": the reason says which limit was reached. */
export function tooManyRequests(
  reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded',
): AwsError {
  return failure('TooManyRequestsException', 'Rate Exceeded.', 429, { Reason: reason, Type: 'User' });
}

function failure(code: string, message: string, status: number, members?: Record<string, unknown>): AwsError {
  return new AwsError(code, message, { status, ...(members ? { members } : {}) });
}
