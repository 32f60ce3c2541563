import { AwsError } from '../../kernel/errors.ts';

/** Amazon CloudWatch Logs API Reference, "Errors" of each action. */

export function groupNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
}

export function streamNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
}

export function filterNotFound(kind: 'metric' | 'subscription'): AwsError {
  return new AwsError('ResourceNotFoundException', `The specified ${kind} filter does not exist.`);
}

export function policyNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified resource policy does not exist.');
}

export function alreadyExists(what: 'log group' | 'log stream'): AwsError {
  return new AwsError('ResourceAlreadyExistsException', `The specified ${what} already exists`);
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** A value outside what the API's model allows, in the sentence AWS's front end uses. */
export function constraintViolation(value: unknown, member: string, constraint: string): AwsError {
  return invalidParameter(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

export function invalidOperation(message: string): AwsError {
  return new AwsError('InvalidOperationException', message);
}

export function limitExceeded(message = 'Resource limit exceeded.'): AwsError {
  return new AwsError('LimitExceededException', message);
}

export function kmsKeyNotUsable(groupArn: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `The specified KMS key does not exist or is not allowed to be used with Arn '${groupArn}'`,
  );
}
