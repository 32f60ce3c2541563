import { TemplateError } from '../../engines/cloudformation/template/template.ts';
import { AwsError } from '../../kernel/errors.ts';

/** Codes as they are on the wire ("Common errors" and each operation's page, CloudFormation API Reference). */
export function validationError(sentence: string): AwsError {
  return new AwsError('ValidationError', sentence);
}

/** A template's error as an API error; others pass. */
export function asValidationError(error: unknown): unknown {
  return error instanceof TemplateError ? validationError(error.message) : error;
}

export function stackDoesNotExist(nameOrId: string): AwsError {
  return validationError(`Stack with id ${nameOrId} does not exist`);
}

/** What other operations than DescribeStacks say. */
export function stackMissing(nameOrId: string): AwsError {
  return validationError(`Stack [${nameOrId}] does not exist`);
}

export function stackAlreadyExists(name: string): AwsError {
  return new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
}

export function insufficientCapabilities(needed: readonly string[]): AwsError {
  return new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${needed.join(', ')}]`);
}

export function changeSetNotFound(nameOrId: string): AwsError {
  return new AwsError('ChangeSetNotFound', `ChangeSet [${nameOrId}] does not exist`, { status: 404 });
}

export function invalidChangeSetStatus(sentence: string): AwsError {
  return new AwsError('InvalidChangeSetStatus', sentence);
}
