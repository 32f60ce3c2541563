import { AwsError } from '../../kernel/errors.ts';
import type { Access, Context } from '../../kernel/service.ts';
import { accessConditions } from './behaviour/access-conditions.ts';
import { findKey } from './behaviour/find-key.ts';
import { retiredGrant } from './behaviour/grant-to-retire.ts';
import { asElement, grantsFor, isWithin, names } from './behaviour/grants.ts';
import { sourceKey } from './behaviour/source-key.ts';
import { aliasArn, aliases, type Grant, type Key } from './state.ts';

type Input = Record<string, unknown>;

/**
 * "Actions, resources, and condition keys for AWS Key Management Service" (Service Authorization Reference). The key policy
 * decides together with IAM; a grant counts as one more statement of the key policy, so that an explicit deny still wins.
 */
export function authorize(operation: string, input: Input, ctx: Context): Access[] {
  switch (operation) {
    case 'CreateKey':
    case 'ListKeys':
    case 'ListAliases':
    case 'ListRetirableGrants':
    case 'GenerateRandom':
      return [
        { action: `kms:${operation}`, resource: '*', conditions: accessConditions(ctx, operation, { input }) },
        ...(Array.isArray(input.Tags) && input.Tags.length > 0 ? [{ action: 'kms:TagResource', resource: '*' }] : []),
      ];
    case 'CreateAlias':
    case 'DeleteAlias':
    case 'UpdateAlias':
      return ofAlias(ctx, operation, input);
    case 'ReEncrypt':
      return reEncrypt(ctx, input);
    case 'Decrypt':
      return onKey(ctx, 'Decrypt', {
        input,
        find: () => sourceKey(ctx, bytesOf(input.CiphertextBlob), text(input.KeyId)),
      });
    case 'RetireGrant':
      return retire(ctx, input);
    default:
      return onKey(ctx, operation, { input, find: () => findKey(ctx, text(input.KeyId)) });
  }
}

/** Both of the alias, which has no policy of its own, and of the keys it leaves and comes to. */
function ofAlias(ctx: Context, operation: string, input: Input): Access[] {
  const name = text(input.AliasName) ?? '';
  const current = aliases(ctx, ctx).get(name)?.TargetKeyId;
  const keyIds = operation === 'CreateAlias' ? [] : [current];
  const targets = [...keyIds, text(input.TargetKeyId)].filter((id) => id !== undefined);
  return [
    { action: `kms:${operation}`, resource: aliasArn(ctx.region, ctx.account, name) },
    ...targets.flatMap((id) => onKey(ctx, operation, { input, find: () => findKey(ctx, id) })),
  ];
}

function reEncrypt(ctx: Context, input: Input): Access[] {
  const from = { ...input, KeyId: input.SourceKeyId, EncryptionContext: input.SourceEncryptionContext };
  const to = { ...input, KeyId: input.DestinationKeyId, EncryptionContext: input.DestinationEncryptionContext };
  return [
    ...onKey(ctx, 'ReEncryptFrom', {
      input: { ...from, EncryptionAlgorithm: input.SourceEncryptionAlgorithm },
      find: () => sourceKey(ctx, bytesOf(input.CiphertextBlob), text(input.SourceKeyId)),
    }),
    ...onKey(ctx, 'ReEncryptTo', {
      input: { ...to, EncryptionAlgorithm: input.DestinationEncryptionAlgorithm },
      find: () => findKey(ctx, text(input.DestinationKeyId)),
    }),
  ];
}

/** The grant itself says who may retire it; others need permission for the key ("RetireGrant"). */
function retire(ctx: Context, input: Input): Access[] {
  const found = tryTo(() => retiredGrant(ctx, input));
  if (!found) return [];
  const { key, grant } = found;
  const byGrant =
    names(grant.RetiringPrincipal, ctx.principal) ||
    (grant.Operations.includes('RetireGrant') && names(grant.GranteePrincipal, ctx.principal));
  return [accessTo(ctx, key, { operation: 'RetireGrant', input, grants: byGrant ? [grant] : [] })];
}

/** What does not exist, or cannot be read, is refused by the operation itself, in its own words. */
function onKey(ctx: Context, operation: string, { input, find }: { input: Input; find: () => Key }): Access[] {
  const key = tryTo(find);
  if (!key)
    return [{ action: `kms:${operation}`, resource: '*', conditions: accessConditions(ctx, operation, { input }) }];
  const context = input.EncryptionContext as Record<string, string> | undefined;
  let grants = grantsFor(ctx, key, { principal: ctx.principal, operation, context });
  if (operation === 'CreateGrant') {
    const child = input as unknown as Pick<Grant, 'Operations' | 'Constraints'>;
    grants = grants.filter((parent) => isWithin(parent, child));
  }
  return [accessTo(ctx, key, { operation, input, grants })];
}

function accessTo(ctx: Context, key: Key, about: { operation: string; input: Input; grants: Grant[] }): Access {
  const { operation, input, grants } = about;
  return {
    action: `kms:${operation}`,
    resource: key.Arn,
    resourceAccount: key.account,
    resourcePolicy: grants.length === 0 ? key.policy : withGrants(ctx, key, { operation, grants }),
    conditions: accessConditions(ctx, operation, { input, key }),
  };
}

function withGrants(ctx: Context, key: Key, { operation, grants }: { operation: string; grants: Grant[] }): string {
  const policy = JSON.parse(key.policy) as { Statement: object | object[] };
  const arns = grants.flatMap((grant) =>
    [grant.GranteePrincipal, grant.RetiringPrincipal].filter((arn) => names(arn, ctx.principal)),
  );
  const granted = [...new Set(arns)].map((arn = '') => ({
    Effect: 'Allow',
    Principal: asElement(arn),
    Action: `kms:${operation}`,
    Resource: '*',
  }));
  return JSON.stringify({ ...policy, Statement: [policy.Statement, granted].flat() });
}

function tryTo<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}
