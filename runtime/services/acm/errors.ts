import { AwsError } from '../../kernel/errors.ts';

/** AWS Certificate Manager API Reference, each action's "Errors". */
function error(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 400 });
}

export const invalidArn = (arn: string) => error('InvalidArnException', `The certificate ARN ${arn} is not valid.`);
export const resourceNotFound = (arn: string, account: string) =>
  error('ResourceNotFoundException', `Could not find certificate ${arn} in account ${account}.`);
export const resourceInUse = (arn: string) => error('ResourceInUseException', `Certificate ${arn} is in use.`);
export const requestInProgress = (arn: string) =>
  error('RequestInProgressException', `Certificate ${arn} has not yet been issued.`);
export const validation = (message: string) => error('ValidationException', message);
export const invalidParameter = (message: string) => error('InvalidParameterException', message);
export const invalidTag = (message: string) => error('InvalidTagException', message);
export const tooManyTags = () => error('TooManyTagsException', 'A certificate can have up to 50 tags.');
export const invalidState = (message: string) => error('InvalidStateException', message);
export const invalidDomainValidationOptions = (message: string) =>
  error('InvalidDomainValidationOptionsException', message);
