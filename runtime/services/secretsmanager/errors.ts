import { AwsError } from '../../kernel/errors.ts';

/** AWS Secrets Manager API Reference, each action's "Errors"; the sentences are those the service answers with. */

export function secretNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

export function valueNotFound(by: { VersionId?: string | undefined; VersionStage?: string | undefined }): AwsError {
  const which = by.VersionId ? `VersionId: ${by.VersionId}` : `staging label: ${by.VersionStage}`;
  return new AwsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${which}`,
  );
}

export function secretExists(name: string): AwsError {
  return new AwsError('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
}

export function tokenInUse(token: string, arn: string): AwsError {
  return new AwsError(
    'ResourceExistsException',
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  );
}

export function markedForDeletion(): AwsError {
  return invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
}

export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequestException', message);
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceededException', message);
}

export function invalidNextToken(): AwsError {
  return new AwsError('InvalidNextTokenException', 'Invalid pagination token.');
}

export function malformedPolicy(message: string): AwsError {
  return new AwsError('MalformedPolicyDocumentException', message);
}

export function publicPolicy(): AwsError {
  return new AwsError(
    'PublicPolicyException',
    'The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the secret.',
  );
}

export function versionNotFound(VersionId: string): AwsError {
  return new AwsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for VersionId: ${VersionId}`,
  );
}

export function functionNotInvokable(): AwsError {
  return new AwsError(
    'AccessDeniedException',
    'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
  );
}

export function keyNotAllowed(): AwsError {
  return new AwsError('AccessDeniedException', 'Access to KMS is not allowed');
}

export function encryptionFailure(): AwsError {
  return new AwsError(
    'EncryptionFailure',
    "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state.",
  );
}

export function decryptionFailure(): AwsError {
  return new AwsError(
    'DecryptionFailure',
    "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
  );
}
