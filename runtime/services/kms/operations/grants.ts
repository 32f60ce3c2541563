import type {
  CreateGrantCommandInput,
  ListGrantsCommandInput,
  ListRetirableGrantsCommandInput,
  RetireGrantCommandInput,
  RevokeGrantCommandInput,
} from '@aws-sdk/client-kms';
import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import { parsePrincipal } from '../../../engines/iam/principals.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkDryRun, checkEnabled, checkNotPendingDeletion, findKeyById } from '../behaviour/find-key.ts';
import { retiredGrant } from '../behaviour/grant-to-retire.ts';
import { asElement, grantOperations } from '../behaviour/grants.ts';
import { pageOf } from '../behaviour/pages.ts';
import { constraint, grantNotFound, invalidArn, limitExceeded, validation } from '../errors.ts';
import { type Grant, grants, grantsOf, type Key } from '../state.ts';

/** "AWS KMS resource quotas". */
const mostGrants = 50_000;

export function CreateGrant(ctx: Context, input: CreateGrantCommandInput) {
  const key = findKeyById(ctx, input.KeyId);
  checkEnabled(key);
  const GranteePrincipal = checkedPrincipal(input.GranteePrincipal ?? '');
  const RetiringPrincipal =
    input.RetiringPrincipal === undefined ? undefined : checkedPrincipal(input.RetiringPrincipal);
  const wanted = {
    KeyId: key.KeyId,
    Name: input.Name,
    GranteePrincipal,
    RetiringPrincipal,
    Operations: checkedOperations(key, input.Operations ?? []),
    Constraints: checkedConstraints(input.Constraints),
  };
  checkDryRun(input);
  const same = wanted.Name === undefined ? undefined : sameGrant(ctx, key, wanted);
  if (same) return { GrantToken: same.GrantToken, GrantId: same.GrantId };
  if (grantsOf(ctx, key).length >= mostGrants) throw limitExceeded(`${key.Arn} has ${mostGrants} grants already.`);
  const grant: Grant = {
    ...wanted,
    GrantId: ctx.ids.hex(64),
    GrantToken: ctx.ids.secret(144),
    IssuingAccount: `arn:aws:iam::${ctx.account}:root`,
    createdMs: ctx.clock.now(),
  };
  grants(ctx, key).put(grant.GrantId, grant);
  return { GrantToken: grant.GrantToken, GrantId: grant.GrantId };
}

/** A name makes the request idempotent: the same again gives the same grant. */
function sameGrant(
  ctx: Context,
  key: Key,
  wanted: Omit<Grant, 'GrantId' | 'GrantToken' | 'IssuingAccount' | 'createdMs'>,
) {
  const text = (grant: typeof wanted) =>
    JSON.stringify([
      grant.Name,
      grant.GranteePrincipal,
      grant.RetiringPrincipal,
      [...grant.Operations].sort(),
      grant.Constraints,
    ]);
  return grantsOf(ctx, key).find((grant) => text(grant) === text(wanted));
}

function checkedPrincipal(arn: string): string {
  if (arn === '') throw validation('GranteePrincipal is required.');
  try {
    parsePrincipal(asElement(arn));
  } catch (error) {
    throw error instanceof MalformedPolicy ? invalidArn(arn) : error;
  }
  if (!arn.startsWith('arn:') && !arn.endsWith('.amazonaws.com')) throw invalidArn(arn);
  return arn;
}

function checkedOperations(key: Key, operations: string[]): string[] {
  const unknown = operations.find((operation) => !grantOperations.includes(operation));
  if (unknown !== undefined)
    throw constraint('operations', unknown, `Member must satisfy enum value set: [${grantOperations.join(', ')}]`);
  const impossible = operations.find((operation) => !fits(key, operation));
  if (impossible !== undefined)
    throw validation(`Operation ${impossible} is not supported by a key of usage ${key.KeyUsage}.`);
  return [...new Set(operations)];
}

/** "A grant cannot allow operations that the key does not support" (CreateGrant). */
function fits(key: Key, operation: string): boolean {
  if (/^(CreateGrant|RetireGrant|DescribeKey)$/.test(operation)) return true;
  if (operation === 'GetPublicKey') return key.KeySpec !== 'SYMMETRIC_DEFAULT' && !key.KeySpec.startsWith('HMAC');
  if (operation.endsWith('Mac')) return key.KeyUsage === 'GENERATE_VERIFY_MAC';
  if (operation === 'DeriveSharedSecret') return key.KeyUsage === 'KEY_AGREEMENT';
  if (operation === 'Sign' || operation === 'Verify') return key.KeyUsage === 'SIGN_VERIFY';
  return key.KeyUsage === 'ENCRYPT_DECRYPT';
}

function checkedConstraints(constraints: CreateGrantCommandInput['Constraints']): Grant['Constraints'] {
  if (!constraints) return undefined;
  const { EncryptionContextSubset, EncryptionContextEquals } = constraints;
  if (EncryptionContextSubset && EncryptionContextEquals)
    throw validation('A grant takes EncryptionContextEquals or EncryptionContextSubset, not both.');
  return {
    ...(EncryptionContextSubset ? { EncryptionContextSubset } : {}),
    ...(EncryptionContextEquals ? { EncryptionContextEquals } : {}),
  };
}

export function ListGrants(ctx: Context, input: ListGrantsCommandInput) {
  const key = findKeyById(ctx, input.KeyId);
  checkNotPendingDeletion(key);
  const found = grantsOf(ctx, key).filter(
    (grant) =>
      (input.GrantId === undefined || grant.GrantId === input.GrantId) &&
      (input.GranteePrincipal === undefined || grant.GranteePrincipal === input.GranteePrincipal),
  );
  return page(found, input, () => key.Arn);
}

/** The caller's account's grants that the principal may retire, of every key in the Region. */
export function ListRetirableGrants(ctx: Context, input: ListRetirableGrantsCommandInput) {
  const RetiringPrincipal = input.RetiringPrincipal ?? '';
  const found = ctx.store
    .scopes('kms.grants')
    .filter(({ region }) => region === ctx.region)
    .flatMap((scope) =>
      grants(ctx, scope)
        .values()
        .filter((grant) => grant.RetiringPrincipal === RetiringPrincipal)
        .map((grant) => ({ ...grant, arn: `arn:aws:kms:${scope.region}:${scope.account}:key/${grant.KeyId}` })),
    );
  return page(found, input, (grant) => grant.arn);
}

function page<T extends Grant>(
  found: T[],
  input: { Limit?: number | undefined; Marker?: string | undefined },
  arnOf: (grant: T) => string,
) {
  const { page: some, rest } = pageOf(found, input, {
    most: { least: 1, preset: 50, most: 100 },
    nameOf: (grant) => grant.GrantId,
  });
  return {
    Grants: some.map((grant) => ({
      KeyId: arnOf(grant),
      GrantId: grant.GrantId,
      Name: grant.Name ?? '',
      CreationDate: new Date(grant.createdMs),
      GranteePrincipal: grant.GranteePrincipal,
      RetiringPrincipal: grant.RetiringPrincipal,
      IssuingAccount: grant.IssuingAccount,
      Operations: grant.Operations,
      Constraints: grant.Constraints,
    })),
    ...rest,
  };
}

export function RetireGrant(ctx: Context, input: RetireGrantCommandInput) {
  const { key, grant } = retiredGrant(ctx, input);
  checkNotPendingDeletion(key);
  checkDryRun(input);
  grants(ctx, key).delete(grant.GrantId);
}

export function RevokeGrant(ctx: Context, input: RevokeGrantCommandInput) {
  const key = findKeyById(ctx, input.KeyId);
  checkNotPendingDeletion(key);
  const grant = grants(ctx, key).get(input.GrantId ?? '');
  if (grant?.KeyId !== key.KeyId) throw grantNotFound(input.GrantId ?? '');
  checkDryRun(input);
  grants(ctx, key).delete(grant.GrantId);
}
