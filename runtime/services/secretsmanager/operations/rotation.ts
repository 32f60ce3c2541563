import type { CancelRotateSecretCommandInput, RotateSecretCommandInput } from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkToken } from '../behaviour/input-rules.ts';
import { rotationContext, rotations, unfinished } from '../behaviour/rotation.ts';
import { checkRules, nextWindow } from '../behaviour/rotation-window.ts';
import { versionOf, withStage } from '../behaviour/versions.ts';
import { functionNotInvokable, invalidRequest, secretNotFound, tokenInUse } from '../errors.ts';
import { change, type Secret, secretAt } from '../state.ts';

export async function RotateSecret(ctx: Context, input: RotateSecretCommandInput) {
  const secret = secretAt(ctx, input.SecretId);
  const token = input.ClientRequestToken ?? ctx.ids.uuid();
  checkToken(token);
  if (input.RotationRules) checkRules(input.RotationRules, ctx.clock.now());
  const RotationLambdaARN = input.RotationLambdaARN ?? secret.RotationLambdaARN;
  if (RotationLambdaARN === undefined)
    throw invalidRequest('No Lambda rotation function ARN is associated with this secret.');
  await checkFunction(ctx, secret, RotationLambdaARN);
  const enabled = change(ctx, secretAt(ctx, secret.ARN), (now) => {
    const RotationRules = input.RotationRules ?? now.RotationRules;
    const nextRotation = nextWindow(RotationRules, ctx.clock.now());
    return { ...now, RotationEnabled: true, RotationLambdaARN, RotationRules, nextRotation };
  });
  const about = { ARN: enabled.ARN, Name: enabled.Name };
  if (input.RotateImmediately === false) {
    if (unfinished(enabled) === undefined) ctx.engine(rotations).test(enabled, token);
    ctx.engine(rotations).resume(enabled);
    return about;
  }
  return { ...about, VersionId: rotateNow(ctx, enabled, token) };
}

/**
 * "If the AWSPENDING staging label is present but isn't attached to the same version as AWSCURRENT, then any later
 * invocation of RotateSecret assumes that a previous rotation request is still in progress and returns an error."
 */
function rotateNow(ctx: Context, secret: Secret, token: string): string {
  const pending = unfinished(secret);
  if (pending !== undefined) {
    ctx.engine(rotations).begin(secret, pending);
    if (pending === token) return token;
    throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");
  }
  if (versionOf(secret, token)) throw tokenInUse(token, secret.ARN);
  ctx.engine(rotations).begin(secret, token);
  return token;
}

/** The function must be there, and its policy must let Secrets Manager call it, before anything is configured. */
async function checkFunction(ctx: Context, secret: Secret, FunctionName: string): Promise<void> {
  const as = rotationContext(ctx, secret, 'check');
  try {
    await as.call('lambda', 'Invoke', { FunctionName, InvocationType: 'DryRun' });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw error.code === 'ResourceNotFoundException' ? secretNotFound() : functionNotInvokable();
  }
}

export function CancelRotateSecret(ctx: Context, input: CancelRotateSecretCommandInput) {
  const secret = secretAt(ctx, input.SecretId);
  const cancelled = change(ctx, secret, (now) => ({
    ...now,
    RotationEnabled: false,
    rotating: undefined,
    nextRotation: undefined,
  }));
  ctx.engine(rotations).resume(cancelled);
  const VersionId = withStage(secret, 'AWSPENDING')?.VersionId;
  return { ARN: secret.ARN, Name: secret.Name, ...(VersionId === undefined ? {} : { VersionId }) };
}
