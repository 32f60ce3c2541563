import { AwsError } from '../../kernel/errors.ts';

/** AWS Systems Manager API Reference, errors of the Parameter Store operations. */

export function parameterNotFound(): AwsError {
  return new AwsError('ParameterNotFound', 'Parameter not found.');
}

export function parameterAlreadyExists(): AwsError {
  return new AwsError(
    'ParameterAlreadyExists',
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
  );
}

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function patternMismatch(pattern: string): AwsError {
  return new AwsError(
    'ParameterPatternMismatchException',
    `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
  );
}

export function invalidAllowedPattern(message: string): AwsError {
  return new AwsError('InvalidAllowedPatternException', message);
}

export function versionNotFound(name: string, version: string): AwsError {
  return new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
  );
}

export function invalidNextToken(): AwsError {
  return new AwsError('InvalidNextToken', "The specified token isn't valid.");
}

export function invalidKeyId(message: string): AwsError {
  return new AwsError('InvalidKeyId', message);
}
