import { AwsError } from '../../kernel/errors.ts';

/** "Error codes for the Amazon EC2 API" (Amazon EC2 API Reference). */

export function invalidParameterValue(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}

/** EC2's sentence for a value that its parameter does not take. */
export function invalidValue(parameter: string, value: unknown, because: string): AwsError {
  return invalidParameterValue(`Value (${value}) for parameter ${parameter} is invalid. ${because}`);
}

export function missingParameter(message: string): AwsError {
  return new AwsError('MissingParameter', message);
}

export function invalidCombination(message: string): AwsError {
  return new AwsError('InvalidParameterCombination', message);
}

export function dependencyViolation(message: string): AwsError {
  return new AwsError('DependencyViolation', message);
}

export function unsupported(message: string): AwsError {
  return new AwsError('UnsupportedOperation', message);
}

export function dryRun(): AwsError {
  return new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', { status: 412 });
}

/** Ids that are not there; the sentence differs by what it is. */
export function notFound(code: string, message: string): AwsError {
  return new AwsError(code, message);
}

/** For a kind of thing whose sentence is the usual one. */
export const noneWithId = (code: string, what: string) => (id: string) =>
  notFound(code, `The ${what} '${id}' does not exist`);
