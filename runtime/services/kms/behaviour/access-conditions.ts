import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { aliasesOf, type Key } from '../state.ts';

type Conditions = Record<string, string | string[]>;

/** "AWS KMS condition keys" (AWS KMS Developer Guide): of the request, of the key, and of how the request came. */
export function accessConditions(
  ctx: Context,
  operation: string,
  { input, key }: { input: Record<string, unknown>; key?: Key },
): Conditions {
  return { ...ofCaller(ctx), ...ofRequest(ctx, operation, input), ...(key ? ofKey(ctx, key) : {}) };
}

function ofCaller(ctx: Context): Conditions {
  const { principal, calledBy } = ctx;
  const conditions: Conditions = {};
  if ('account' in principal && principal.kind !== 'service') conditions['kms:CallerAccount'] = principal.account;
  if (calledBy !== undefined && calledBy !== 'cloudformation')
    conditions['kms:ViaService'] = `${parents[calledBy] ?? calledBy}.${ctx.region}.amazonaws.com`;
  return conditions;
}

/** Services of ours that on AWS are part of another. */
const parents: Readonly<Record<string, string>> = lookupTable({ dynamodbstreams: 'dynamodb', sesv2: 'ses' });

const parameters: readonly [parameter: string, key: string][] = Object.entries({
  BypassPolicyLockoutSafetyCheck: 'kms:BypassPolicyLockoutSafetyCheck',
  KeyPairSpec: 'kms:DataKeyPairSpec',
  EncryptionAlgorithm: 'kms:EncryptionAlgorithm',
  SigningAlgorithm: 'kms:SigningAlgorithm',
  MessageType: 'kms:MessageType',
  MacAlgorithm: 'kms:MacAlgorithm',
  KeyAgreementAlgorithm: 'kms:KeyAgreementAlgorithm',
  GranteePrincipal: 'kms:GranteePrincipal',
  RetiringPrincipal: 'kms:RetiringPrincipal',
  PendingWindowInDays: 'kms:ScheduleKeyDeletionPendingWindowInDays',
  RotationPeriodInDays: 'kms:RotationPeriodInDays',
});

function ofRequest(ctx: Context, operation: string, input: Record<string, unknown>): Conditions {
  const conditions: Conditions = {};
  for (const [parameter, name] of parameters)
    if (input[parameter] !== undefined) conditions[name] = String(input[parameter]);
  const context = Object.entries((input.EncryptionContext ?? {}) as Record<string, string>);
  for (const [name, value] of context) conditions[`kms:EncryptionContext:${name}`] = value;
  if (context.length > 0) conditions['kms:EncryptionContextKeys'] = context.map(([name]) => name);
  if (typeof input.KeyId === 'string' && /(^|:)alias\//.test(input.KeyId))
    conditions['kms:RequestAlias'] = input.KeyId.slice(input.KeyId.indexOf('alias/'));
  if (operation === 'CreateGrant') {
    conditions['kms:GrantIsForAWSResource'] = String(ctx.calledBy !== undefined);
    conditions['kms:GrantOperations'] = (input.Operations as string[] | undefined) ?? [];
    const [type] = Object.keys((input.Constraints as object | undefined) ?? {});
    if (type !== undefined) conditions['kms:GrantConstraintType'] = type;
  }
  if (operation === 'CreateKey') Object.assign(conditions, ofNewKey(input));
  return { ...conditions, ...ofTags(input) };
}

function ofNewKey(input: Record<string, unknown>): Conditions {
  const spec = String(input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT');
  return {
    'kms:KeySpec': spec,
    'kms:KeyUsage': String(input.KeyUsage ?? 'ENCRYPT_DECRYPT'),
    'kms:KeyOrigin': 'AWS_KMS',
    'kms:MultiRegion': 'false',
    'kms:BypassPolicyLockoutSafetyCheck': String(input.BypassPolicyLockoutSafetyCheck ?? false),
  };
}

function ofTags(input: Record<string, unknown>): Conditions {
  const tags = (input.Tags ?? []) as { TagKey?: string; TagValue?: string }[];
  const names = [...tags.map(({ TagKey = '' }) => TagKey), ...((input.TagKeys ?? []) as string[])];
  if (names.length === 0) return {};
  return {
    'aws:TagKeys': names,
    ...Object.fromEntries(tags.map(({ TagKey, TagValue = '' }) => [`aws:RequestTag/${TagKey}`, TagValue])),
  };
}

function ofKey(ctx: Context, key: Key): Conditions {
  const conditions: Conditions = {
    'kms:KeySpec': key.KeySpec,
    'kms:KeyUsage': key.KeyUsage,
    'kms:KeyOrigin': 'AWS_KMS',
    'kms:MultiRegion': 'false',
  };
  const names = aliasesOf(ctx, key).map(({ AliasName }) => AliasName);
  if (names.length > 0) conditions['kms:ResourceAliases'] = names;
  for (const [name, value] of Object.entries(key.tags)) conditions[`aws:ResourceTag/${name}`] = value;
  return conditions;
}
