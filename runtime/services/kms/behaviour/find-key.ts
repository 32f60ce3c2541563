import { parseArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import {
  aliasNotFound,
  disabled,
  invalidArn,
  invalidKeyId,
  invalidKeyUsage,
  invalidState,
  keyNotFound,
} from '../errors.ts';
import { aliasArn, aliases, type Key, keyArn, keys } from '../state.ts';
import { isManagedAlias, makeManagedKey } from './managed-keys.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The key that an id, ARN, alias or alias ARN names ("Key identifiers (KeyId)", AWS KMS Developer Guide). */
export function findKey(ctx: Context, text = ''): Key {
  const arn = parseArn(text);
  if (arn && (arn.service !== 'kms' || arn.region !== ctx.region)) throw invalidArn(arn.region || text);
  const scope = { account: arn?.account ?? ctx.account, region: arn?.region ?? ctx.region };
  const name = arn?.resource.replace(/^key\//, '') ?? text;
  if (name.startsWith('alias/')) return keyOfAlias(ctx, scope, name);
  if (name.startsWith('mrk-')) throw keyNotFound(keyArn(scope.region, scope.account, name));
  if (!uuid.test(name)) throw invalidKeyId(text);
  const key = keys(ctx, scope).get(name);
  if (!key) throw keyNotFound(keyArn(scope.region, scope.account, name));
  return key;
}

/** The same for operations that take a key id or key ARN only. */
export function findKeyById(ctx: Context, text = ''): Key {
  const arn = parseArn(text);
  if ((arn?.resource ?? text).startsWith('alias/')) throw arn ? invalidArn(text) : invalidKeyId(text);
  return findKey(ctx, text);
}

function keyOfAlias(ctx: Context, scope: { account: string; region: string }, name: string): Key {
  const alias = aliases(ctx, scope).get(name);
  const key = alias && keys(ctx, scope).get(alias.TargetKeyId);
  if (key) return key;
  if (isManagedAlias(name) && scope.account === ctx.account) return makeManagedKey(ctx, name);
  throw aliasNotFound(aliasArn(scope.region, scope.account, name));
}

/** Any account's: a ciphertext names its key by id alone. */
export function keyOfCiphertext(ctx: Context, KeyId: string): Key | undefined {
  for (const scope of ctx.store.scopes('kms.keys')) {
    const key = scope.region === ctx.region ? keys(ctx, scope).get(KeyId) : undefined;
    if (key) return key;
  }
  return undefined;
}

/** "Key states of AWS KMS keys": only an enabled key of the right usage does cryptography. */
export function checkUsable(key: Key, { usage, operation }: { usage: string; operation: string }): void {
  checkEnabled(key);
  if (key.KeyUsage !== usage)
    throw invalidKeyUsage(`${key.Arn} key usage is ${key.KeyUsage} which is not valid for ${operation}.`);
}

export function checkEnabled(key: Key): void {
  if (key.KeyState === 'Disabled') throw disabled(key.Arn);
  checkNotPendingDeletion(key);
}

export function checkNotPendingDeletion(key: Key): void {
  if (key.KeyState === 'PendingDeletion') throw invalidState(`${key.Arn} is pending deletion.`);
}

/** "Testing your permissions": everything is checked, nothing is done. */
export function checkDryRun(input: { DryRun?: boolean | undefined }): void {
  if (input.DryRun)
    throw new AwsError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.', {
      status: 412,
    });
}
