import { AwsError } from '../../kernel/errors.ts';

/** Amazon EventBridge API Reference: each action's errors. */

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

export function alreadyExists(name: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
}

export function invalidPattern(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

export function managedRule(name: string): AwsError {
  return new AwsError('ManagedRuleException', `Rule ${name} is a managed rule and can be changed only with Force.`);
}

export function limitExceeded(): AwsError {
  return new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
}
