import { AwsError } from '../../kernel/errors.ts';

/** STS's errors with its codes and sentences ("AssumeRole", AWS STS API Reference). */

export function validationError(value: string, member: string, constraint: string): AwsError {
  return new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

export function malformedPolicyDocument(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message);
}

export function packedPolicyTooLarge(): AwsError {
  return new AwsError('PackedPolicyTooLarge', 'Serialized token too large for session');
}

export function accessDenied(message: string): AwsError {
  return new AwsError('AccessDenied', message, { status: 403 });
}

export function missingAuthenticationToken(): AwsError {
  return new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', { status: 403 });
}
