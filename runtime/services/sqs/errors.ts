import { AwsError } from '../../kernel/errors.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';

/** Amazon SQS API Reference, "Common Errors" and each action's "Errors"; query codes from "Amazon SQS ... error code mapping". */

export function queueDoesNotExist(): AwsError {
  return new AwsError('QueueDoesNotExist', 'The specified queue does not exist.', {
    queryCode: 'AWS.SimpleQueueService.NonExistentQueue',
  });
}

export function queueNameExists(): AwsError {
  return new AwsError(
    'QueueNameExists',
    'A queue already exists with the same name and a different value for attribute(s).',
    { queryCode: 'QueueAlreadyExists' },
  );
}

export function queueDeletedRecently(): AwsError {
  return new AwsError(
    'QueueDeletedRecently',
    'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    {
      queryCode: 'AWS.SimpleQueueService.QueueDeletedRecently',
    },
  );
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, { queryCode: 'InvalidParameterValue' });
}

export function missingParameter(message: string): AwsError {
  return new AwsError('MissingRequiredParameterException', message, { queryCode: 'MissingParameter' });
}

export function invalidAttributeName(name: string): AwsError {
  return new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`, { queryCode: 'InvalidAttributeName' });
}

export function invalidAttributeValue(name: string): AwsError {
  return new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`, {
    queryCode: 'InvalidAttributeValue',
  });
}

export function receiptHandleIsInvalid(handle: string): AwsError {
  return new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`, {
    queryCode: 'ReceiptHandleIsInvalid',
    status: 404,
  });
}

export function messageNotInflight(): AwsError {
  return new AwsError('MessageNotInflight', 'The specified message is not in flight.', {
    queryCode: 'AWS.SimpleQueueService.MessageNotInflight',
  });
}

export function overLimit(): AwsError {
  return new AwsError(
    'OverLimit',
    'Too many messages in flight: the queue holds 120,000 that were received and not deleted.',
    {
      status: 403,
      queryCode: 'OverLimit',
    },
  );
}

export function purgeQueueInProgress(queueName: string): AwsError {
  return new AwsError(
    'PurgeQueueInProgress',
    `Only one PurgeQueue operation on ${queueName} is allowed every 60 seconds.`,
    {
      status: 403,
      queryCode: 'AWS.SimpleQueueService.PurgeQueueInProgress',
    },
  );
}

export function batchError(kind: 'Empty' | 'TooMany' | 'NotDistinct' | 'InvalidId' | 'TooLong', detail = ''): AwsError {
  const errors = {
    Empty: ['EmptyBatchRequest', 'There should be at least one entry in the request.'],
    TooMany: ['TooManyEntriesInBatchRequest', `Maximum number of entries per request are 10. You have sent ${detail}.`],
    NotDistinct: ['BatchEntryIdsNotDistinct', `Id ${detail} repeated.`],
    InvalidId: [
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    ],
    TooLong: [
      'BatchRequestTooLong',
      `Batch requests cannot be longer than 1048576 bytes. You have sent ${detail} bytes.`,
    ],
  } as const;
  const [code, message] = errors[kind];
  return new AwsError(code, message, { queryCode: `AWS.SimpleQueueService.${code}` });
}

export function resourceNotFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 404, queryCode: 'ResourceNotFoundException' });
}

export function unsupportedOperation(message: string): AwsError {
  return new AwsError('UnsupportedOperation', message, { queryCode: 'AWS.SimpleQueueService.UnsupportedOperation' });
}

/** KMS's refusals under SQS's names ("SendMessage" and "ReceiveMessage", errors); older query clients see KMS's own. */
export function kmsRefusal(refusal: AwsError): AwsError {
  const code = kmsCodes[refusal.code] ?? 'KmsInvalidState';
  return new AwsError(code, refusal.message, { queryCode: `KMS.${refusal.code.replace(/^KMS/, '')}` });
}

const kmsCodes: Readonly<Record<string, string>> = lookupTable({
  AccessDeniedException: 'KmsAccessDenied',
  DisabledException: 'KmsDisabled',
  InvalidKeyUsageException: 'KmsInvalidKeyUsage',
  KMSInvalidStateException: 'KmsInvalidState',
  NotFoundException: 'KmsNotFound',
});
