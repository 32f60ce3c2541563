import { AwsError } from '../../kernel/errors.ts';

/** "DynamoDB Streams" actions of the API Reference; sentences as the service gives them. */

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function streamNotFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Requested resource not found: Stream: ${arn} not found`);
}

export function shardNotFound(shard: string, arn: string): AwsError {
  return new AwsError(
    'ResourceNotFoundException',
    `Requested resource not found: Shard: ${shard} in Stream: ${arn} not found`,
  );
}

export function expiredIterator(): AwsError {
  return new AwsError(
    'ExpiredIteratorException',
    'Iterator expired. The iterator was created more than 15 minutes ago.',
  );
}

export function trimmed(): AwsError {
  return new AwsError(
    'TrimmedDataAccessException',
    'The operation attempted to read past the oldest stream record in a shard.',
  );
}

/** KMS's refusals in DynamoDB's words. */
export function keyInaccessible(refusal: AwsError): AwsError {
  const denied = /^AccessDenied/.test(refusal.code);
  const kind = denied ? 'key access denied' : refusal.code === 'DisabledException' ? 'key disabled' : 'validation';
  const code = denied ? 'AccessDeniedException' : 'ValidationException';
  return new AwsError(code, `KMS ${kind} error: ${refusal.message}`);
}
