import { AwsError } from '../../kernel/errors.ts';

/**
 * What SES refuses, by the code of API version 2; `queryCode` is what the first API says for the same ("SendEmail",
 * Errors, in both API references).
 */
export function messageRejected(message: string): AwsError {
  return new AwsError('MessageRejected', message);
}

export function badRequest(message: string, queryCode = 'InvalidParameterValue'): AwsError {
  return new AwsError('BadRequestException', message, { queryCode });
}

export function notFound(message: string, queryCode: string): AwsError {
  return new AwsError('NotFoundException', message, { status: 404, queryCode });
}

export function alreadyExists(message: string, queryCode: string): AwsError {
  return new AwsError('AlreadyExistsException', message, { queryCode });
}

export function tooManyRequests(message: string): AwsError {
  return new AwsError('TooManyRequestsException', message, { status: 429, queryCode: 'Throttling' });
}

export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceededException', message, { queryCode: 'LimitExceeded' });
}

export function sendingPaused(message: string, queryCode: string): AwsError {
  return new AwsError('SendingPausedException', message, { queryCode });
}

export function noConfigurationSet(name: string): AwsError {
  return notFound(`Configuration set <${name}> does not exist.`, 'ConfigurationSetDoesNotExist');
}

export function noTemplate(name: string): AwsError {
  return notFound(`Template ${name} does not exist.`, 'TemplateDoesNotExist');
}

export function noIdentity(name: string): AwsError {
  return notFound(`Email identity <${name}> does not exist.`, 'InvalidParameterValue');
}
