import type {
  CreateSecretCommandInput,
  DeleteSecretCommandInput,
  DescribeSecretCommandInput,
  RestoreSecretCommandInput,
  UpdateSecretCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { deletions, remove } from '../behaviour/deletion.ts';
import { describe } from '../behaviour/description.ts';
import { keep, open, type Sealed, seal } from '../behaviour/encryption.ts';
import { checkName, checkToken, givenValue, mergedTags } from '../behaviour/input-rules.ts';
import { putVersion, sameValue } from '../behaviour/put-version.ts';
import { rotations } from '../behaviour/rotation.ts';
import { versionsToStages, withVersion } from '../behaviour/versions.ts';
import { invalidParameter, invalidRequest, secretExists, secretNotFound } from '../errors.ts';
import { anySecret, change, findSecret, type Secret, secretArn, secretAt, secrets } from '../state.ts';

const dayMs = 24 * 60 * 60_000;

export async function CreateSecret(ctx: Context, input: CreateSecretCommandInput) {
  const Name = input.Name ?? '';
  checkName(Name);
  const value = givenValue(input);
  const VersionId = input.ClientRequestToken ?? ctx.ids.uuid();
  checkToken(VersionId);
  const tags = mergedTags({}, input.Tags);
  const existing = secrets(ctx, ctx).get(Name);
  if (existing) return created(await replayed(ctx, existing, VersionId, input));
  const nowMs = ctx.clock.now();
  const secret: Secret = {
    ARN: secretArn(ctx.region, ctx.account, Name, arnSuffix(ctx)),
    Name,
    account: ctx.account,
    region: ctx.region,
    Description: input.Description,
    KmsKeyId: input.KmsKeyId,
    createdMs: nowMs,
    changedMs: nowMs,
    versions: [],
    tags,
  };
  const sealed = value && (await seal(ctx, secret, VersionId, value));
  const meanwhile = secrets(ctx, ctx).get(Name);
  if (meanwhile) throw secretExists(Name);
  const whole = sealed
    ? withVersion(secret, { VersionId, KmsKeyId: sealed.KmsKeyId, stages: ['AWSCURRENT'], nowMs })
    : secret;
  if (sealed) keep(ctx, secret, sealed);
  secrets(ctx, ctx).put(Name, whole);
  return created(whole, sealed);
}

/** Six characters, letters of both cases and digits, so that a secret of the same name made again is another one. */
function arnSuffix(ctx: Context): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  return Array.from({ length: 6 }, () => alphabet[Math.floor(ctx.ids.random() * alphabet.length)]).join('');
}

function created(secret: Secret, sealed?: Sealed) {
  const VersionId = sealed?.VersionId;
  return { ARN: secret.ARN, Name: secret.Name, ...(VersionId === undefined ? {} : { VersionId }) };
}

/** A create repeated with the same token and value is answered as the first was ("CreateSecret", ClientRequestToken). */
async function replayed(
  ctx: Context,
  existing: Secret,
  token: string,
  input: CreateSecretCommandInput,
): Promise<Secret> {
  if (existing.deletionMs !== undefined) {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const held = existing.versions.some((version) => version.VersionId === token)
    ? await open(ctx, existing, token)
    : undefined;
  if (!held || !sameValue(held, input)) throw secretExists(existing.Name);
  return existing;
}

export async function UpdateSecret(ctx: Context, input: UpdateSecretCommandInput) {
  const secret = secretAt(ctx, input.SecretId);
  const value = givenValue(input);
  const VersionId = input.ClientRequestToken ?? ctx.ids.uuid();
  checkToken(VersionId);
  const KmsKeyId = input.KmsKeyId === undefined ? secret.KmsKeyId : input.KmsKeyId || undefined;
  const about = {
    ...(input.Description === undefined ? {} : { Description: input.Description }),
    KmsKeyId,
  };
  const again = KmsKeyId === secret.KmsKeyId ? [] : await resealed(ctx, { ...secret, KmsKeyId });
  change(ctx, secret, (now) => {
    for (const sealed of again) keep(ctx, now, sealed);
    const keyOf = new Map(again.map((sealed) => [sealed.VersionId, sealed.KmsKeyId]));
    const versions = now.versions.map((version) => ({
      ...version,
      KmsKeyId: keyOf.get(version.VersionId) ?? version.KmsKeyId,
    }));
    return { ...now, ...about, versions, changedMs: ctx.clock.now() };
  });
  if (!value) return { ARN: secret.ARN, Name: secret.Name };
  await putVersion(ctx, secretAt(ctx, secret.ARN), { VersionId, value, stages: ['AWSCURRENT'] });
  return { ARN: secret.ARN, Name: secret.Name, VersionId };
}

/** "UpdateSecret", KmsKeyId: staged versions are encrypted again under the new key; the others keep theirs. */
async function resealed(ctx: Context, secret: Secret): Promise<Sealed[]> {
  const staged = ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'];
  const sealed: Sealed[] = [];
  for (const { VersionId, VersionStages } of secret.versions) {
    if (!VersionStages.some((stage) => staged.includes(stage))) continue;
    const value = await open(ctx, secret, VersionId);
    if (value) sealed.push(await seal(ctx, secret, VersionId, value));
  }
  return sealed;
}

export function DeleteSecret(ctx: Context, input: DeleteSecretCommandInput) {
  const { RecoveryWindowInDays: days = 30, ForceDeleteWithoutRecovery: force } = input;
  if (force && input.RecoveryWindowInDays !== undefined) {
    throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  }
  if (days < 7 || days > 30)
    throw invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  const secret = findSecret(ctx, input.SecretId ?? '');
  const nowMs = ctx.clock.now();
  if (force) return forceDeleted(ctx, input.SecretId ?? '', secret);
  if (!secret) throw secretNotFound();
  if (secret.deletionMs !== undefined)
    throw invalidRequest("You tried to perform the operation on a secret that's currently marked deleted.");
  const marked = change(ctx, secret, (now) => ({ ...now, deletionMs: nowMs + days * dayMs }));
  ctx.engine(deletions).schedule(marked);
  ctx.engine(rotations).resume(marked);
  return { ARN: secret.ARN, Name: secret.Name, DeletionDate: new Date(nowMs + days * dayMs) };
}

/** "If you forcibly delete an already deleted or nonexistent secret, the operation does not return ResourceNotFoundException." */
function forceDeleted(ctx: Context, SecretId: string, secret: Secret | undefined) {
  const DeletionDate = new Date(ctx.clock.now());
  if (!secret) {
    const name = parseArn(SecretId)?.resource.replace(/^secret:/, '') ?? SecretId;
    return {
      ARN: parseArn(SecretId) ? SecretId : secretArn(ctx.region, ctx.account, name, '??????'),
      Name: name,
      DeletionDate,
    };
  }
  ctx.engine(deletions).cancel(secret);
  remove(ctx, secret);
  return { ARN: secret.ARN, Name: secret.Name, DeletionDate };
}

export function RestoreSecret(ctx: Context, input: RestoreSecretCommandInput) {
  const secret = anySecret(ctx, input.SecretId);
  ctx.engine(deletions).cancel(secret);
  ctx.engine(rotations).resume(change(ctx, secret, (now) => ({ ...now, deletionMs: undefined })));
  return { ARN: secret.ARN, Name: secret.Name };
}

export function DescribeSecret(ctx: Context, input: DescribeSecretCommandInput) {
  const secret = anySecret(ctx, input.SecretId);
  return { ...describe(secret), VersionIdsToStages: versionsToStages(secret) };
}
