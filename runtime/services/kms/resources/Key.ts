import type { DescribeKeyCommandOutput, GetKeyRotationStatusCommandOutput } from '@aws-sdk/client-kms';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagsOf } from '../../../kernel/tags.ts';

interface KeyProperties {
  Description?: string;
  Enabled?: boolean;
  EnableKeyRotation?: boolean;
  RotationPeriodInDays?: number;
  KeyPolicy?: object | string;
  KeySpec?: string;
  KeyUsage?: string;
  PendingWindowInDays?: number;
  BypassPolicyLockoutSafetyCheck?: boolean;
  Tags?: { Key: string; Value: string }[];
}

/** AWS::KMS::Key. Ref is the key id; deleting it schedules the key's deletion. */
export const Key = defineResource<KeyProperties>({
  type: 'AWS::KMS::Key',
  properties: {
    Description: 'stored',
    Enabled: 'executed',
    EnableKeyRotation: 'executed',
    RotationPeriodInDays: 'executed',
    KeyPolicy: 'executed',
    KeySpec: 'executed',
    KeyUsage: 'executed',
    PendingWindowInDays: 'executed',
    BypassPolicyLockoutSafetyCheck: 'executed',
    Tags: 'executed',
    MultiRegion: { refused: 'keys belong to one Region.' },
    Origin: { refused: 'key material is made by KMS, not imported.' },
  },
  async create(ctx, properties) {
    const { KeyMetadata }: DescribeKeyCommandOutput = await ctx.call('kms', 'CreateKey', {
      Description: properties.Description,
      KeySpec: properties.KeySpec,
      KeyUsage: properties.KeyUsage,
      Policy: policyOf(properties),
      BypassPolicyLockoutSafetyCheck: properties.BypassPolicyLockoutSafetyCheck,
      Tags: tagList(tagsOf(ctx, properties.Tags)),
    });
    const KeyId = KeyMetadata?.KeyId ?? '';
    await setRotation(ctx, KeyId, properties, {});
    if (properties.Enabled === false) await ctx.call('kms', 'DisableKey', { KeyId });
    return { physicalId: KeyId, attributes: { Arn: KeyMetadata?.Arn, KeyId } };
  },
  async update(ctx, KeyId, properties, previous) {
    if (previous.Enabled === false && properties.Enabled !== false) await ctx.call('kms', 'EnableKey', { KeyId });
    const Policy = policyOf(properties);
    if (Policy !== undefined && Policy !== policyOf(previous)) {
      const { BypassPolicyLockoutSafetyCheck } = properties;
      await ctx.call('kms', 'PutKeyPolicy', { KeyId, Policy, BypassPolicyLockoutSafetyCheck });
    }
    if (properties.Description !== previous.Description)
      await ctx.call('kms', 'UpdateKeyDescription', { KeyId, Description: properties.Description ?? '' });
    await setRotation(ctx, KeyId, properties, previous);
    await setTags(ctx, KeyId, properties, previous);
    if (properties.Enabled === false && previous.Enabled !== false) await ctx.call('kms', 'DisableKey', { KeyId });
    return describe(ctx, KeyId);
  },
  async delete(ctx, KeyId, { PendingWindowInDays }) {
    try {
      await ctx.call('kms', 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays });
    } catch (error) {
      const gone = error instanceof AwsError && /^(NotFoundException|KMSInvalidStateException)$/.test(error.code);
      if (!gone) throw error;
    }
  },
  read,
});

async function describe(ctx: ResourceContext, KeyId: string): Promise<ResourceState> {
  const { KeyMetadata }: DescribeKeyCommandOutput = await ctx.call('kms', 'DescribeKey', { KeyId });
  return { physicalId: KeyId, attributes: { Arn: KeyMetadata?.Arn, KeyId } };
}

async function read(ctx: ResourceContext, KeyId: string): Promise<Partial<KeyProperties> | undefined> {
  try {
    const { KeyMetadata }: DescribeKeyCommandOutput = await ctx.call('kms', 'DescribeKey', { KeyId });
    if (!KeyMetadata || KeyMetadata.KeyState === 'PendingDeletion') return undefined;
    const { Policy } = await ctx.call<{ Policy: string }>('kms', 'GetKeyPolicy', { KeyId });
    const about = {
      Description: KeyMetadata.Description ?? '',
      Enabled: KeyMetadata.Enabled ?? true,
      KeyPolicy: JSON.parse(Policy) as object,
      KeySpec: KeyMetadata.KeySpec ?? '',
      KeyUsage: KeyMetadata.KeyUsage ?? '',
    };
    if (KeyMetadata.KeySpec !== 'SYMMETRIC_DEFAULT') return about;
    const status: GetKeyRotationStatusCommandOutput = await ctx.call('kms', 'GetKeyRotationStatus', { KeyId });
    const { KeyRotationEnabled = false, RotationPeriodInDays } = status;
    return {
      ...about,
      EnableKeyRotation: KeyRotationEnabled,
      ...(RotationPeriodInDays === undefined ? {} : { RotationPeriodInDays }),
    };
  } catch (error) {
    if (error instanceof AwsError && error.code === 'NotFoundException') return undefined;
    throw error;
  }
}

function policyOf({ KeyPolicy }: KeyProperties): string | undefined {
  return KeyPolicy === undefined || typeof KeyPolicy === 'string' ? KeyPolicy : JSON.stringify(KeyPolicy);
}

/** On when the template says so; off only when it said so before, as other keys cannot be rotated at all. */
async function setRotation(
  ctx: ResourceContext,
  KeyId: string,
  properties: KeyProperties,
  previous: KeyProperties,
): Promise<void> {
  const { EnableKeyRotation, RotationPeriodInDays } = properties;
  const same =
    Boolean(EnableKeyRotation) === Boolean(previous.EnableKeyRotation) &&
    RotationPeriodInDays === previous.RotationPeriodInDays;
  if (same) return;
  if (EnableKeyRotation) await ctx.call('kms', 'EnableKeyRotation', { KeyId, RotationPeriodInDays });
  else if (previous.EnableKeyRotation) await ctx.call('kms', 'DisableKeyRotation', { KeyId });
}

async function setTags(
  ctx: ResourceContext,
  KeyId: string,
  properties: KeyProperties,
  previous: KeyProperties,
): Promise<void> {
  const wanted = tagsOf(ctx, properties.Tags);
  const TagKeys = (previous.Tags ?? []).map(({ Key: name }) => name).filter((name) => wanted[name] === undefined);
  if (TagKeys.length > 0) await ctx.call('kms', 'UntagResource', { KeyId, TagKeys });
  if (Object.keys(wanted).length > 0) await ctx.call('kms', 'TagResource', { KeyId, Tags: tagList(wanted) });
}

function tagList(tags: Record<string, string>) {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}
