import type {
  CreateAccessKeyCommandInput,
  DeleteAccessKeyCommandInput,
  ListAccessKeysCommandInput,
  UpdateAccessKeyCommandInput,
} from '@aws-sdk/client-iam';
import { accessKeyIds } from '../../../engines/iam/access-key-ids.ts';
import type { Context } from '../../../kernel/service.ts';
import { findUser } from '../behaviour/holders.ts';
import { wholeSecond } from '../behaviour/names.ts';
import { pageOf } from '../behaviour/pages.ts';
import { limitExceeded, noSuchEntity, validationError } from '../errors.ts';
import { type AccessKeyRecord, accessKeyRecords } from '../state.ts';

/** The only time the secret is told. */
export function CreateAccessKey(ctx: Context, input: CreateAccessKeyCommandInput): object {
  const UserName = userOf(ctx, input.UserName);
  if (keysOf(ctx, UserName).length >= 2) throw limitExceeded('Cannot exceed quota for AccessKeysPerUser: 2');
  const key: AccessKeyRecord = {
    AccessKeyId: ctx.engine(accessKeyIds).issue('AKIA'),
    SecretAccessKey: ctx.ids.secret(40),
    Status: 'Active',
    CreateDate: wholeSecond(ctx),
    UserName,
    account: ctx.account,
  };
  accessKeyRecords(ctx.store).put(key.AccessKeyId, key);
  const { account: _, ...about } = key;
  return { AccessKey: { ...about, CreateDate: new Date(key.CreateDate) } };
}

export function ListAccessKeys(ctx: Context, input: ListAccessKeysCommandInput): object {
  const keys = keysOf(ctx, userOf(ctx, input.UserName));
  const { items, ...rest } = pageOf(keys, ({ AccessKeyId }) => AccessKeyId, input);
  const AccessKeyMetadata = items.map(({ UserName, AccessKeyId, Status, CreateDate }) => ({
    UserName,
    AccessKeyId,
    Status,
    CreateDate: new Date(CreateDate),
  }));
  return { AccessKeyMetadata, ...rest };
}

export function UpdateAccessKey(ctx: Context, input: UpdateAccessKeyCommandInput): void {
  const { Status } = input;
  if (Status !== 'Active' && Status !== 'Inactive') {
    throw validationError(String(Status), 'status', 'Member must satisfy enum value set: [Active, Inactive]');
  }
  accessKeyRecords(ctx.store).put(input.AccessKeyId ?? '', { ...findKey(ctx, input), Status });
}

export function DeleteAccessKey(ctx: Context, input: DeleteAccessKeyCommandInput): void {
  accessKeyRecords(ctx.store).delete(findKey(ctx, input).AccessKeyId);
}

/** "If you do not specify a user name, IAM determines it from the access key that signs the request." */
function userOf(ctx: Context, name: string | undefined): string {
  const own = ctx.principal.kind === 'user' ? ctx.principal.userName : undefined;
  return findUser(ctx, name ?? own).UserName;
}

function keysOf(ctx: Context, userName: string): AccessKeyRecord[] {
  return accessKeyRecords(ctx.store)
    .values()
    .filter((key) => key.account === ctx.account && key.UserName === userName);
}

function findKey(
  ctx: Context,
  input: { AccessKeyId: string | undefined; UserName?: string | undefined },
): AccessKeyRecord {
  const userName = userOf(ctx, input.UserName);
  const key = keysOf(ctx, userName).find(({ AccessKeyId }) => AccessKeyId === input.AccessKeyId);
  if (!key) throw noSuchEntity(`The Access Key with id ${input.AccessKeyId} cannot be found.`);
  return key;
}
