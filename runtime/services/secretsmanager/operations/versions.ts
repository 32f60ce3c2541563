import type {
  ListSecretVersionIdsCommandInput,
  UpdateSecretVersionStageCommandInput,
} from '@aws-sdk/client-secrets-manager';
import type { Context } from '../../../kernel/service.ts';
import { defaultKey } from '../behaviour/encryption.ts';
import { page } from '../behaviour/search.ts';
import { moveStage, versionOf, withStage } from '../behaviour/versions.ts';
import { invalidParameter, versionNotFound } from '../errors.ts';
import { anySecret, change, type Secret, secretAt } from '../state.ts';

export function ListSecretVersionIds(ctx: Context, input: ListSecretVersionIdsCommandInput) {
  const secret = anySecret(ctx, input.SecretId);
  const listed = secret.versions
    .filter((version) => input.IncludeDeprecated || version.VersionStages.length > 0)
    .map((version) => ({ ...version, ARN: version.VersionId }));
  const { items, NextToken } = page(listed, input);
  return {
    ARN: secret.ARN,
    Name: secret.Name,
    Versions: items.map(({ VersionId, VersionStages, createdMs, accessedMs, KmsKeyId }) => ({
      VersionId,
      VersionStages,
      CreatedDate: new Date(createdMs),
      ...(accessedMs === undefined ? {} : { LastAccessedDate: new Date(accessedMs) }),
      // What AWS calls the key aws/secretsmanager here.
      KmsKeyIds: [KmsKeyId === undefined || KmsKeyId === defaultKey ? 'DefaultEncryptionKey' : KmsKeyId],
    })),
    ...(NextToken === undefined ? {} : { NextToken }),
  };
}

/** "UpdateSecretVersionStage": a label is moved, put on or taken off; AWSCURRENT is only ever moved. */
export function UpdateSecretVersionStage(ctx: Context, input: UpdateSecretVersionStageCommandInput) {
  const secret = secretAt(ctx, input.SecretId);
  const stage = input.VersionStage ?? '';
  checkMove(secret, stage, input);
  change(ctx, secret, (now) => ({
    ...now,
    versions: moveStage(now.versions, stage, input.MoveToVersionId),
    changedMs: ctx.clock.now(),
  }));
  return { ARN: secret.ARN, Name: secret.Name };
}

function checkMove(secret: Secret, stage: string, input: UpdateSecretVersionStageCommandInput): void {
  const { RemoveFromVersionId: from, MoveToVersionId: to } = input;
  if (stage.length < 1 || stage.length > 256) throw invalidParameter('A staging label is 1 to 256 characters long.');
  if (from === undefined && to === undefined)
    throw invalidParameter('Specify RemoveFromVersionId, MoveToVersionId, or both.');
  for (const VersionId of [from, to])
    if (VersionId !== undefined && !versionOf(secret, VersionId)) throw versionNotFound(VersionId);
  const holder = withStage(secret, stage)?.VersionId;
  if (from !== undefined && from !== holder)
    throw invalidParameter(`Staging label ${stage} is not attached to version ${from}.`);
  if (to === undefined && stage === 'AWSCURRENT')
    throw invalidParameter(
      "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
    );
  if (holder !== undefined && holder !== to && from === undefined)
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
}
