import type { Context } from '../../../kernel/service.ts';
import { tokenInUse } from '../errors.ts';
import { change, type Secret, type SecretVersion } from '../state.ts';
import { keep, open, seal, type Value } from './encryption.ts';
import { rotations } from './rotation.ts';
import { nextWindow } from './rotation-window.ts';
import { dropDeprecated, versionOf, withStage, withVersion } from './versions.ts';

/**
 * A new version with its value. The same token with the same value again changes nothing; with another value it is
 * refused ("PutSecretValue", ClientRequestToken).
 */
export async function putVersion(
  ctx: Context,
  secret: Secret,
  { VersionId, value, stages }: { VersionId: string; value: Value; stages: string[] },
): Promise<SecretVersion> {
  const held = await open(ctx, secret, VersionId);
  if (held && !sameValue(held, value)) throw tokenInUse(VersionId, secret.ARN);
  const sealed = held ? undefined : await seal(ctx, secret, VersionId, value);
  const changed = change(ctx, secret, (now) => {
    const existing = versionOf(now, VersionId);
    if (!sealed || existing?.KmsKeyId !== undefined) return now;
    keep(ctx, now, sealed);
    const nowMs = ctx.clock.now();
    return dropDeprecated(ctx, withVersion(now, { VersionId, KmsKeyId: sealed.KmsKeyId, stages, nowMs }), nowMs);
  });
  restartSchedule(ctx, changed, VersionId);
  const version = versionOf(changed, VersionId);
  if (!version) throw new Error(`the version ${VersionId} of ${secret.Name} was not kept`);
  return version;
}

/** "Manually updating the secret value by calling PutSecretValue or UpdateSecret is considered a valid rotation." */
function restartSchedule(ctx: Context, secret: Secret, VersionId: string): void {
  if (!secret.RotationEnabled || secret.rotating || withStage(secret, 'AWSCURRENT')?.VersionId !== VersionId) return;
  const nextRotation = nextWindow(secret.RotationRules, ctx.clock.now());
  ctx.engine(rotations).resume(change(ctx, secret, (now) => ({ ...now, nextRotation })));
}

export function sameValue(held: Value, given: Value): boolean {
  if (held.SecretString !== undefined || given.SecretString !== undefined)
    return held.SecretString === given.SecretString;
  return Buffer.compare(held.SecretBinary ?? Buffer.alloc(0), given.SecretBinary ?? Buffer.alloc(0)) === 0;
}
