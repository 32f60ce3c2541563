import type {
  CancelKeyDeletionCommandInput,
  CreateKeyCommandInput,
  DescribeKeyCommandInput,
  DisableKeyCommandInput,
  EnableKeyCommandInput,
  ListKeysCommandInput,
  ScheduleKeyDeletionCommandInput,
  UpdateKeyDescriptionCommandInput,
} from '@aws-sdk/client-kms';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkNotPendingDeletion, findKey, findKeyById } from '../behaviour/find-key.ts';
import { checkPolicy, defaultPolicy } from '../behaviour/key-policy.ts';
import { keySpecs } from '../behaviour/key-specs.ts';
import { newMaterial, sealMaterial } from '../behaviour/material.ts';
import { pageOf } from '../behaviour/pages.ts';
import { metadataOf } from '../behaviour/presentation.ts';
import { appointments, dayMs } from '../behaviour/rotation.ts';
import { constraint, invalidState, unsupported, validation } from '../errors.ts';
import { type Key, keep, keyArn, keys } from '../state.ts';
import { checkedTags } from './tags.ts';

export async function CreateKey(ctx: Context, input: CreateKeyCommandInput) {
  if (input.Origin && input.Origin !== 'AWS_KMS')
    throw refused(`kms CreateKey with Origin ${input.Origin}`, 'key material is made by KMS, not imported.');
  if (input.MultiRegion) throw refused('kms CreateKey with MultiRegion', 'keys belong to one Region.');
  const KeySpec = input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  const KeyUsage = usageOf(KeySpec, input.KeyUsage);
  checkDescription(input.Description ?? '');
  const tags = checkedTags(ctx, {}, input.Tags ?? []);
  const KeyId = ctx.ids.uuid();
  const Arn = keyArn(ctx.region, ctx.account, KeyId);
  const policy = input.Policy ?? defaultPolicy(ctx.account);
  checkPolicy(ctx, policy, { keyArn: Arn, bypass: input.BypassPolicyLockoutSafetyCheck });
  const material = await newMaterial(ctx, KeySpec);
  const key: Key = {
    KeyId,
    Arn,
    account: ctx.account,
    region: ctx.region,
    createdMs: ctx.clock.now(),
    Description: input.Description ?? '',
    KeySpec,
    KeyUsage,
    KeyManager: 'CUSTOMER',
    KeyState: 'Enabled',
    policy,
    tags,
    sealed: [sealMaterial(ctx, KeyId, { index: 0, material })],
    rotations: [],
  };
  return { KeyMetadata: metadataOf(keep(ctx, key)) };
}

/** Only symmetric encryption keys have a usage that goes without saying ("CreateKey", AWS KMS API Reference). */
function usageOf(KeySpec: string, asked: string | undefined): string {
  const spec = keySpecs[KeySpec];
  if (!spec)
    throw unsupported(`Orrery makes no keys of spec ${KeySpec}; it makes ${Object.keys(keySpecs).join(', ')}.`);
  const usage = asked ?? (KeySpec === 'SYMMETRIC_DEFAULT' ? 'ENCRYPT_DECRYPT' : undefined);
  if (usage === undefined)
    throw validation('You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.');
  if (!spec.usages.includes(usage)) throw validation(`KeyUsage ${usage} is not compatible with KeySpec ${KeySpec}`);
  return usage;
}

function checkDescription(description: string): void {
  if (description.length > 8192)
    throw constraint('description', description, 'Member must have length less than or equal to 8192');
}

export function DescribeKey(ctx: Context, input: DescribeKeyCommandInput) {
  return { KeyMetadata: metadataOf(findKey(ctx, input.KeyId)) };
}

export function ListKeys(ctx: Context, input: ListKeysCommandInput) {
  const { page, rest } = pageOf(keys(ctx, ctx).values(), input, {
    most: { least: 1, preset: 100, most: 1000 },
    nameOf: (key) => key.KeyId,
  });
  return { Keys: page.map(({ KeyId, Arn }) => ({ KeyId, KeyArn: Arn })), ...rest };
}

export function EnableKey(ctx: Context, input: EnableKeyCommandInput) {
  change(ctx, input.KeyId, { KeyState: 'Enabled' });
  ctx.engine(appointments).arrange();
}

export function DisableKey(ctx: Context, input: DisableKeyCommandInput) {
  change(ctx, input.KeyId, { KeyState: 'Disabled' });
  ctx.engine(appointments).arrange();
}

export function UpdateKeyDescription(ctx: Context, input: UpdateKeyDescriptionCommandInput) {
  checkDescription(input.Description ?? '');
  change(ctx, input.KeyId, { Description: input.Description ?? '' });
}

function change(ctx: Context, KeyId: string | undefined, changes: Partial<Key>): void {
  const key = findKeyById(ctx, KeyId);
  checkNotPendingDeletion(key);
  keep(ctx, { ...key, ...changes });
}

export function ScheduleKeyDeletion(ctx: Context, input: ScheduleKeyDeletionCommandInput) {
  const days = input.PendingWindowInDays ?? 30;
  if (days < 1) throw constraint('pendingWindowInDays', days, 'Member must have value greater than or equal to 1');
  if (days > 365) throw constraint('pendingWindowInDays', days, 'Member must have value less than or equal to 365');
  if (days < 7 || days > 30) throw validation('PendingWindowInDays must be between 7 and 30 (inclusive).');
  const key = findKeyById(ctx, input.KeyId);
  checkNotPendingDeletion(key);
  const deletionMs = ctx.clock.now() + days * dayMs;
  keep(ctx, { ...key, KeyState: 'PendingDeletion', deletionMs });
  ctx.engine(appointments).arrange();
  return {
    KeyId: key.Arn,
    DeletionDate: new Date(deletionMs),
    KeyState: 'PendingDeletion',
    PendingWindowInDays: days,
  };
}

/** The key comes back disabled. */
export function CancelKeyDeletion(ctx: Context, input: CancelKeyDeletionCommandInput) {
  const key = findKeyById(ctx, input.KeyId);
  if (key.KeyState !== 'PendingDeletion') throw invalidState(`${key.Arn} is not pending deletion.`);
  const { deletionMs: _cancelled, ...kept } = key;
  keep(ctx, { ...kept, KeyState: 'Disabled' });
  ctx.engine(appointments).arrange();
  return { KeyId: key.Arn };
}
