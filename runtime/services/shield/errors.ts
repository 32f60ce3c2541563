import { AwsError } from '../../kernel/errors.ts';

/** AWS Shield Advanced API Reference: each action's errors. All are 400. */
export const noSubscription = () => new AwsError('ResourceNotFoundException', 'The subscription does not exist.');
export const notFound = (what: string) =>
  new AwsError('ResourceNotFoundException', `The referenced ${what} does not exist.`);
export const invalidParameter = (message: string) => new AwsError('InvalidParameterException', message);
export const invalidResource = (arn: string) =>
  new AwsError('InvalidResourceException', `The referenced resource ${arn} does not exist or cannot be protected.`);
export const alreadyProtected = (arn: string) =>
  new AwsError('ResourceAlreadyExistsException', `The referenced resource ${arn} is protected already.`);
export const alreadySubscribed = () =>
  new AwsError('ResourceAlreadyExistsException', 'The subscription already exists.');
export const lockedSubscription = () =>
  new AwsError(
    'LockedSubscriptionException',
    'You are trying to update a subscription that has not yet completed the 1-year commitment.',
  );
export const invalidToken = () => new AwsError('InvalidPaginationTokenException', 'The NextToken is not valid.');
export const tooManyProtections = () =>
  new AwsError('LimitsExceededException', 'The number of protections exceeds the limit of 1000.');
