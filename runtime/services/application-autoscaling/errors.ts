import { AwsError } from '../../kernel/errors.ts';
import type { TargetKey } from './state.ts';

/** Application Auto Scaling API Reference, each action's "Errors". */
export const validation = (message: string): AwsError => new AwsError('ValidationException', message);
export const limitExceeded = (message: string): AwsError => new AwsError('LimitExceededException', message);
export const objectNotFound = (what: string, { ServiceNamespace, ResourceId, ScalableDimension }: TargetKey) =>
  new AwsError(
    'ObjectNotFoundException',
    `No ${what} for service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`,
  );
export const resourceNotFound = (arn: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Cannot find scalable target with ARN: ${arn}`, {
    members: { ResourceName: arn },
  });
export const tooManyTags = (arn: string): AwsError =>
  new AwsError('TooManyTagsException', 'A scalable target can have 50 tags.', { members: { ResourceName: arn } });
