import { AwsError } from '../../kernel/errors.ts';

/** Amazon SNS API Reference, "Common errors" and each action's. */

export function notFound(what: string): AwsError {
  return new AwsError('NotFound', `${what} does not exist`, { status: 404 });
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameter', `Invalid parameter: ${message}`, { status: 400 });
}

/** Of message attributes. */
export function invalidParameterValue(message: string): AwsError {
  return new AwsError('ParameterValueInvalid', message, { status: 400 });
}

export function authorizationError(message: string): AwsError {
  return new AwsError('AuthorizationError', message, { status: 403 });
}

export function batchError(kind: 'Empty' | 'TooMany' | 'NotDistinct' | 'InvalidId' | 'TooLong'): AwsError {
  const [code, message] = {
    Empty: ['EmptyBatchRequest', "The batch request doesn't contain any entries."],
    TooMany: [
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible (more than 10).',
    ],
    NotDistinct: ['BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.'],
    InvalidId: [
      'InvalidBatchEntryId',
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
    ],
    TooLong: ['BatchRequestTooLong', 'The length of all the batch messages put together is more than the limit.'],
  }[kind] as [string, string];
  return new AwsError(code, message);
}
