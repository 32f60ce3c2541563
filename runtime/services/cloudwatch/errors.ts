import { AwsError } from '../../kernel/errors.ts';

/** Amazon CloudWatch API Reference, "Errors" of each action; query codes as the query protocol names them. */

export function invalidParameterValue(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, { queryCode: 'InvalidParameterValue' });
}

export function invalidParameterCombination(message: string): AwsError {
  return new AwsError('InvalidParameterCombinationException', message, { queryCode: 'InvalidParameterCombination' });
}

export function missingParameter(message: string): AwsError {
  return new AwsError('MissingRequiredParameterException', message, { queryCode: 'MissingParameter' });
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message, { queryCode: 'ValidationError' });
}

/** A value outside what the API's model allows, in the sentence AWS's front end uses. */
export function constraintViolation(value: unknown, member: string, constraint: string): AwsError {
  return validationError(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

export function alarmsNotFound(names: string[]): AwsError {
  return new AwsError('ResourceNotFound', `Alarms not found: ${names.join(', ')}`, {
    status: 404,
    queryCode: 'ResourceNotFound',
  });
}

export function resourceNotFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 404, queryCode: 'ResourceNotFoundException' });
}

export function dashboardNotFound(name: string): AwsError {
  return new AwsError('DashboardNotFoundError', `Dashboard ${name} does not exist`, {
    status: 404,
    queryCode: 'ResourceNotFound',
  });
}

export function invalidNextToken(): AwsError {
  return new AwsError('InvalidNextToken', 'The next token specified is invalid.', { queryCode: 'InvalidNextToken' });
}
