import { AwsError } from '../../kernel/errors.ts';

/** AWS Key Management Service API Reference, each action's errors. */

export function keyNotFound(arn: string): AwsError {
  return new AwsError('NotFoundException', `Key '${arn}' does not exist`);
}

export function invalidKeyId(text: string): AwsError {
  return new AwsError('NotFoundException', `Invalid keyId '${text}'`);
}

export function invalidArn(text: string): AwsError {
  return new AwsError('InvalidArnException', `Invalid arn ${text}`);
}

export function aliasNotFound(arn: string): AwsError {
  return new AwsError('NotFoundException', `Alias ${arn} is not found.`);
}

export function aliasExists(arn: string): AwsError {
  return new AwsError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
}

export function grantNotFound(id: string): AwsError {
  return new AwsError('NotFoundException', `Grant ID ${id} not found`);
}

export function disabled(arn: string): AwsError {
  return new AwsError('DisabledException', `${arn} is disabled.`);
}

export function invalidState(message: string): AwsError {
  return new AwsError('KMSInvalidStateException', message);
}

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The sentence in which AWS reports a value outside its constraint. */
export function constraint(member: string, value: unknown, rule: string): AwsError {
  return validation(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${rule}`,
  );
}

export function invalidKeyUsage(message: string): AwsError {
  return new AwsError('InvalidKeyUsageException', message);
}

/** KMS says nothing of why. */
export function invalidCiphertext(): AwsError {
  return new AwsError('InvalidCiphertextException', '');
}

export function incorrectKey(): AwsError {
  return new AwsError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );
}

export function unsupported(message: string): AwsError {
  return new AwsError('UnsupportedOperationException', message);
}

export function malformedPolicy(message: string): AwsError {
  return new AwsError('MalformedPolicyDocumentException', message);
}

export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceededException', message);
}

export function tagException(message: string): AwsError {
  return new AwsError('TagException', message);
}
