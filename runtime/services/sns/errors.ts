import { AwsError } from '../../kernel/errors.ts';

/** Amazon SNS API Reference, "Common errors" and each action's. */

export function notFound(what: string): AwsError {
  return new AwsError('NotFound', `${what} does not exist`, { status: 404 });
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameter', `Invalid parameter: ${message}`, { status: 400 });
}
