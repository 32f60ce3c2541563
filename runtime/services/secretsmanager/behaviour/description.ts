import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import type { Secret } from '../state.ts';

/** What DescribeSecret and ListSecrets both say of a secret. */
export function describe(secret: Secret): Omit<DescribeSecretResponse, 'VersionIdsToStages'> {
  const { ARN, Name, Description, KmsKeyId, OwningService, RotationEnabled, RotationLambdaARN, RotationRules } = secret;
  return {
    ARN,
    Name,
    Description,
    KmsKeyId,
    OwningService,
    RotationEnabled,
    RotationLambdaARN,
    RotationRules,
    CreatedDate: new Date(secret.createdMs),
    LastChangedDate: new Date(secret.changedMs),
    LastAccessedDate: date(secret.accessedMs),
    LastRotatedDate: date(secret.rotatedMs),
    NextRotationDate: date(secret.RotationEnabled ? secret.nextRotation?.endMs : undefined),
    DeletedDate: date(secret.deletionMs),
    ...(Object.keys(secret.tags).length > 0
      ? { Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })) }
      : {}),
  };
}

function date(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}
