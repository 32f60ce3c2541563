import type {
  CreateAliasCommandInput,
  DeleteAliasCommandInput,
  ListAliasesCommandInput,
  UpdateAliasCommandInput,
} from '@aws-sdk/client-kms';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkNotPendingDeletion, findKeyById } from '../behaviour/find-key.ts';
import { pageOf } from '../behaviour/pages.ts';
import { aliasExists, aliasNotFound, constraint, limitExceeded, validation } from '../errors.ts';
import { type Alias, aliasArn, aliases, aliasesOf } from '../state.ts';

/** "AWS KMS resource quotas". */
const mostAliases = 50;

export function CreateAlias(ctx: Context, input: CreateAliasCommandInput) {
  const AliasName = checkedName(input.AliasName ?? '');
  const key = findKeyById(ctx, input.TargetKeyId);
  checkNotPendingDeletion(key);
  if (aliases(ctx, ctx).has(AliasName)) throw aliasExists(aliasArn(ctx.region, ctx.account, AliasName));
  if (aliasesOf(ctx, key).length >= mostAliases) throw limitExceeded(`${key.Arn} has ${mostAliases} aliases already.`);
  const nowMs = ctx.clock.now();
  aliases(ctx, ctx).put(AliasName, { AliasName, TargetKeyId: key.KeyId, createdMs: nowMs, updatedMs: nowMs });
}

/** "The current and new KMS key must be the same type … and they must have the same key usage" (UpdateAlias). */
export function UpdateAlias(ctx: Context, input: UpdateAliasCommandInput) {
  const alias = aliasNamed(ctx, input.AliasName ?? '');
  const key = findKeyById(ctx, input.TargetKeyId);
  checkNotPendingDeletion(key);
  const old = findKeyById(ctx, alias.TargetKeyId);
  if (typeOf(old) !== typeOf(key)) {
    throw validation(
      `Alias ${aliasArn(ctx.region, ctx.account, alias.AliasName)} cannot be changed from a ${typeOf(old)} key to a ${typeOf(key)} key.`,
    );
  }
  aliases(ctx, ctx).put(alias.AliasName, { ...alias, TargetKeyId: key.KeyId, updatedMs: ctx.clock.now() });
}

function typeOf({ KeySpec, KeyUsage }: { KeySpec: string; KeyUsage: string }): string {
  const kind = KeySpec === 'SYMMETRIC_DEFAULT' ? 'symmetric' : KeySpec.startsWith('HMAC') ? 'HMAC' : 'asymmetric';
  return `${kind} ${KeyUsage}`;
}

export function DeleteAlias(ctx: Context, input: DeleteAliasCommandInput) {
  aliases(ctx, ctx).delete(aliasNamed(ctx, input.AliasName ?? '').AliasName);
}

function aliasNamed(ctx: Context, name: string): Alias {
  const alias = aliases(ctx, ctx).get(checkedName(name));
  if (!alias) throw aliasNotFound(aliasArn(ctx.region, ctx.account, name));
  return alias;
}

/** "Alias names begin with alias/ and cannot begin with alias/aws/", which are AWS's ("CreateAlias"). */
function checkedName(name: string): string {
  if (name.length > 256) throw constraint('aliasName', name, 'Member must have length less than or equal to 256');
  if (!/^[a-zA-Z0-9:/_-]+$/.test(name))
    throw constraint('aliasName', name, 'Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$');
  if (name.startsWith('alias/aws/')) throw new AwsError('NotAuthorizedException', '');
  if (!/^alias\/./.test(name)) throw validation('Invalid identifier');
  return name;
}

export function ListAliases(ctx: Context, input: ListAliasesCommandInput) {
  const key = input.KeyId === undefined ? undefined : findKeyById(ctx, input.KeyId);
  const all = aliases(ctx, ctx)
    .values()
    .filter((alias) => key === undefined || alias.TargetKeyId === key.KeyId);
  const { page, rest } = pageOf(all, input, {
    most: { least: 1, preset: 50, most: 100 },
    nameOf: (alias) => alias.AliasName,
  });
  return {
    Aliases: page.map(({ AliasName, TargetKeyId, createdMs, updatedMs }) => ({
      AliasName,
      AliasArn: aliasArn(ctx.region, ctx.account, AliasName),
      TargetKeyId,
      CreationDate: new Date(createdMs),
      LastUpdatedDate: new Date(updatedMs),
    })),
    ...rest,
  };
}
