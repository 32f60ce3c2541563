import type {
  CreateUserCommandInput,
  DeleteUserCommandInput,
  DeleteUserPermissionsBoundaryCommandInput,
  GetUserCommandInput,
  ListUsersCommandInput,
  PutUserPermissionsBoundaryCommandInput,
  UpdateUserCommandInput,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import { describeUser } from '../behaviour/descriptions.ts';
import { findUser } from '../behaviour/holders.ts';
import { checkAttachable } from '../behaviour/managed-documents.ts';
import { checkName, checkPath, checkTags, iamArn, uniqueId, wholeSecond } from '../behaviour/names.ts';
import { pageOf } from '../behaviour/pages.ts';
import { deleteConflict, entityAlreadyExists } from '../errors.ts';
import { accessKeyRecords, type UserRecord, userRecords } from '../state.ts';

export function CreateUser(ctx: Context, input: CreateUserCommandInput): object {
  const UserName = checkName(input.UserName, 'userName', 64);
  const Path = checkPath(input.Path);
  const users = userRecords(ctx.store, ctx.account);
  if (users.has(UserName.toLowerCase())) throw entityAlreadyExists(`User with name ${UserName} already exists.`);
  if (input.PermissionsBoundary !== undefined) checkAttachable(ctx, input.PermissionsBoundary);
  const user: UserRecord = {
    UserName,
    UserId: uniqueId(ctx, 'AIDA'),
    Path,
    Arn: iamArn(ctx.account, 'user', Path, UserName),
    CreateDate: wholeSecond(ctx),
    Tags: checkTags(input.Tags),
    Groups: [],
    InlinePolicies: {},
    AttachedPolicies: [],
    ...(input.PermissionsBoundary === undefined ? {} : { PermissionsBoundary: input.PermissionsBoundary }),
  };
  users.put(UserName.toLowerCase(), user);
  return { User: describeUser(user) };
}

/** Without a name: the user who asks, or the account's root. */
export function GetUser(ctx: Context, input: GetUserCommandInput): object {
  const { principal } = ctx;
  if (input.UserName === undefined && principal.kind === 'root') {
    return {
      User: { Path: '/', UserId: principal.account, Arn: principal.arn, CreateDate: new Date(0), UserName: 'root' },
    };
  }
  return { User: describeUser(findUser(ctx, input.UserName ?? (principal.kind === 'user' ? principal.userName : ''))) };
}

export function ListUsers(ctx: Context, input: ListUsersCommandInput): object {
  const users = userRecords(ctx.store, ctx.account)
    .values()
    .filter(({ Path }) => Path.startsWith(input.PathPrefix ?? '/'));
  const { items, ...rest } = pageOf(users, ({ UserName }) => UserName.toLowerCase(), input);
  return { Users: items.map((user) => describeUser(user, 'listed')), ...rest };
}

/** Renames: keys, groups and policies stay with the user. */
export function UpdateUser(ctx: Context, input: UpdateUserCommandInput): void {
  const user = findUser(ctx, input.UserName);
  const UserName = input.NewUserName === undefined ? user.UserName : checkName(input.NewUserName, 'newUserName', 64);
  const Path = input.NewPath === undefined ? user.Path : checkPath(input.NewPath);
  const users = userRecords(ctx.store, ctx.account);
  const renamed = UserName.toLowerCase() !== user.UserName.toLowerCase();
  if (renamed && users.has(UserName.toLowerCase()))
    throw entityAlreadyExists(`User with name ${UserName} already exists.`);
  if (renamed) users.delete(user.UserName.toLowerCase());
  users.put(UserName.toLowerCase(), { ...user, UserName, Path, Arn: iamArn(ctx.account, 'user', Path, UserName) });
  const keys = accessKeyRecords(ctx.store);
  for (const key of keys.values()) {
    if (key.account === ctx.account && key.UserName === user.UserName) keys.put(key.AccessKeyId, { ...key, UserName });
  }
}

export function DeleteUser(ctx: Context, input: DeleteUserCommandInput): void {
  const user = findUser(ctx, input.UserName);
  const keys = accessKeyRecords(ctx.store).values();
  if (keys.some((key) => key.account === ctx.account && key.UserName === user.UserName)) {
    throw deleteConflict('Cannot delete entity, must delete access keys first.');
  }
  if (user.AttachedPolicies.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (Object.keys(user.InlinePolicies).length > 0)
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  if (user.Groups.length > 0) throw deleteConflict('Cannot delete entity, must remove users from group first.');
  userRecords(ctx.store, ctx.account).delete(user.UserName.toLowerCase());
}

export function PutUserPermissionsBoundary(ctx: Context, input: PutUserPermissionsBoundaryCommandInput): void {
  const user = findUser(ctx, input.UserName);
  const PermissionsBoundary = checkAttachable(ctx, input.PermissionsBoundary);
  userRecords(ctx.store, ctx.account).put(user.UserName.toLowerCase(), { ...user, PermissionsBoundary });
}

export function DeleteUserPermissionsBoundary(ctx: Context, input: DeleteUserPermissionsBoundaryCommandInput): void {
  const { PermissionsBoundary: _, ...user } = findUser(ctx, input.UserName);
  userRecords(ctx.store, ctx.account).put(user.UserName.toLowerCase(), user);
}
