import { AwsError } from '../../kernel/errors.ts';

/** DynamoDB API Reference, "Common Errors" and each action's errors; sentences as the service gives them. */

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function tableNotFound(name: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
}

/** Data operations word it so. */
export function resourceNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'Requested resource not found');
}

export function tableInUse(name: string): AwsError {
  return new AwsError('ResourceInUseException', `Table already exists: ${name}`);
}

export function conditionalCheckFailed(item: object | undefined): AwsError {
  return new AwsError(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    item ? { members: { Item: item } } : {},
  );
}
