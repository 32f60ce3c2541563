import type {
  DisableKeyRotationCommandInput,
  EnableKeyRotationCommandInput,
  GetKeyRotationStatusCommandInput,
  ListKeyRotationsCommandInput,
  RotateKeyOnDemandCommandInput,
} from '@aws-sdk/client-kms';
import type { Context } from '../../../kernel/service.ts';
import { checkEnabled, checkNotPendingDeletion, findKeyById } from '../behaviour/find-key.ts';
import { pageOf } from '../behaviour/pages.ts';
import { appointments, dayMs, materialId, rotate, yearDays } from '../behaviour/rotation.ts';
import { constraint, limitExceeded, unsupported } from '../errors.ts';
import { type Key, keep } from '../state.ts';

/** "AWS KMS resource quotas": on-demand rotations of one key. */
const mostOnDemand = 25;

export function EnableKeyRotation(ctx: Context, input: EnableKeyRotationCommandInput) {
  const key = rotatable(ctx, input.KeyId);
  checkEnabled(key);
  const periodDays = input.RotationPeriodInDays ?? key.rotation?.periodDays ?? yearDays;
  if (periodDays < 90)
    throw constraint('rotationPeriodInDays', periodDays, 'Member must have value greater than or equal to 90');
  if (periodDays > 2560)
    throw constraint('rotationPeriodInDays', periodDays, 'Member must have value less than or equal to 2560');
  keep(ctx, { ...key, rotation: { periodDays, nextMs: ctx.clock.now() + periodDays * dayMs } });
  ctx.engine(appointments).arrange();
}

export function DisableKeyRotation(ctx: Context, input: DisableKeyRotationCommandInput) {
  const key = rotatable(ctx, input.KeyId);
  checkEnabled(key);
  keep(ctx, { ...key, rotation: undefined });
  ctx.engine(appointments).arrange();
}

export function GetKeyRotationStatus(ctx: Context, input: GetKeyRotationStatusCommandInput) {
  const key = rotatable(ctx, input.KeyId);
  if (!key.rotation) return { KeyId: key.Arn, KeyRotationEnabled: false };
  return {
    KeyId: key.Arn,
    KeyRotationEnabled: true,
    RotationPeriodInDays: key.rotation.periodDays,
    NextRotationDate: new Date(key.rotation.nextMs),
  };
}

/** Beside the automatic rotation, whose date stays as it was. */
export function RotateKeyOnDemand(ctx: Context, input: RotateKeyOnDemandCommandInput) {
  const key = rotatable(ctx, input.KeyId);
  checkEnabled(key);
  if (key.rotations.filter(({ RotationType }) => RotationType === 'ON_DEMAND').length >= mostOnDemand)
    throw limitExceeded(`The key has been rotated on demand ${mostOnDemand} times.`);
  rotate(ctx, key, 'ON_DEMAND');
  return { KeyId: key.Arn };
}

export function ListKeyRotations(ctx: Context, input: ListKeyRotationsCommandInput) {
  const key = rotatable(ctx, input.KeyId);
  const rotations = key.rotations.map((rotation, index) => ({ ...rotation, index: index + 1 }));
  const { page, rest } = pageOf(rotations, input, {
    most: { least: 1, preset: 100, most: 1000 },
    nameOf: ({ index }) => String(index).padStart(8, '0'),
  });
  return {
    Rotations: page.map(({ rotatedMs, RotationType, index }) => ({
      KeyId: key.Arn,
      KeyMaterialId: materialId(key, index),
      RotationDate: new Date(rotatedMs),
      RotationType,
    })),
    ...rest,
  };
}

/** "Rotation of key material is supported only for symmetric encryption keys". */
function rotatable(ctx: Context, KeyId: string | undefined): Key {
  const key = findKeyById(ctx, KeyId);
  checkNotPendingDeletion(key);
  if (key.KeySpec !== 'SYMMETRIC_DEFAULT')
    throw unsupported(`The operation is not supported for the key spec ${key.KeySpec} of ${key.Arn}.`);
  return key;
}
