import { AwsError } from '../../kernel/errors.ts';

/** AWS Fault Injection Service API Reference: each action's errors. */

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `${what} does not exist.`, { status: 404 });
}

export function conflict(message: string): AwsError {
  return new AwsError('ConflictException', message, { status: 409 });
}

export function quota(message: string): AwsError {
  return new AwsError('ServiceQuotaExceededException', message, { status: 402 });
}
