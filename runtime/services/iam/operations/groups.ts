import type {
  AddUserToGroupCommandInput,
  CreateGroupCommandInput,
  DeleteGroupCommandInput,
  GetGroupCommandInput,
  ListGroupsCommandInput,
  ListGroupsForUserCommandInput,
  RemoveUserFromGroupCommandInput,
  UpdateGroupCommandInput,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import { describeGroup, describeUser } from '../behaviour/descriptions.ts';
import { findGroup, findUser } from '../behaviour/holders.ts';
import { checkName, checkPath, iamArn, uniqueId, wholeSecond } from '../behaviour/names.ts';
import { pageOf } from '../behaviour/pages.ts';
import { deleteConflict, entityAlreadyExists, limitExceeded } from '../errors.ts';
import { type GroupRecord, groupRecords, type UserRecord, userRecords } from '../state.ts';

export function CreateGroup(ctx: Context, input: CreateGroupCommandInput): object {
  const GroupName = checkName(input.GroupName, 'groupName', 128);
  const Path = checkPath(input.Path);
  const groups = groupRecords(ctx.store, ctx.account);
  if (groups.has(GroupName.toLowerCase())) throw entityAlreadyExists(`Group with name ${GroupName} already exists.`);
  const group: GroupRecord = {
    GroupName,
    GroupId: uniqueId(ctx, 'AGPA'),
    Path,
    Arn: iamArn(ctx.account, 'group', Path, GroupName),
    CreateDate: wholeSecond(ctx),
    InlinePolicies: {},
    AttachedPolicies: [],
  };
  groups.put(GroupName.toLowerCase(), group);
  return { Group: describeGroup(group) };
}

/** The group and a page of its users. */
export function GetGroup(ctx: Context, input: GetGroupCommandInput): object {
  const group = findGroup(ctx, input.GroupName);
  const { items, ...rest } = pageOf(membersOf(ctx, group.GroupName), ({ UserName }) => UserName.toLowerCase(), input);
  return { Group: describeGroup(group), Users: items.map((user) => describeUser(user, 'listed')), ...rest };
}

export function ListGroups(ctx: Context, input: ListGroupsCommandInput): object {
  const groups = groupRecords(ctx.store, ctx.account)
    .values()
    .filter(({ Path }) => Path.startsWith(input.PathPrefix ?? '/'));
  const { items, ...rest } = pageOf(groups, ({ GroupName }) => GroupName.toLowerCase(), input);
  return { Groups: items.map(describeGroup), ...rest };
}

export function ListGroupsForUser(ctx: Context, input: ListGroupsForUserCommandInput): object {
  const groups = findUser(ctx, input.UserName).Groups.map((name) => findGroup(ctx, name));
  const { items, ...rest } = pageOf(groups, ({ GroupName }) => GroupName.toLowerCase(), input);
  return { Groups: items.map(describeGroup), ...rest };
}

export function UpdateGroup(ctx: Context, input: UpdateGroupCommandInput): void {
  const group = findGroup(ctx, input.GroupName);
  const GroupName =
    input.NewGroupName === undefined ? group.GroupName : checkName(input.NewGroupName, 'newGroupName', 128);
  const Path = input.NewPath === undefined ? group.Path : checkPath(input.NewPath);
  const groups = groupRecords(ctx.store, ctx.account);
  const renamed = GroupName.toLowerCase() !== group.GroupName.toLowerCase();
  if (renamed && groups.has(GroupName.toLowerCase()))
    throw entityAlreadyExists(`Group with name ${GroupName} already exists.`);
  const members = membersOf(ctx, group.GroupName);
  groups.delete(group.GroupName.toLowerCase());
  groups.put(GroupName.toLowerCase(), {
    ...group,
    GroupName,
    Path,
    Arn: iamArn(ctx.account, 'group', Path, GroupName),
  });
  for (const user of members) {
    saveUser(ctx, { ...user, Groups: user.Groups.map((name) => (name === group.GroupName ? GroupName : name)) });
  }
}

export function DeleteGroup(ctx: Context, input: DeleteGroupCommandInput): void {
  const group = findGroup(ctx, input.GroupName);
  if (membersOf(ctx, group.GroupName).length > 0)
    throw deleteConflict('Cannot delete entity, must remove users from group first.');
  if (group.AttachedPolicies.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (Object.keys(group.InlinePolicies).length > 0)
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  groupRecords(ctx.store, ctx.account).delete(group.GroupName.toLowerCase());
}

export function AddUserToGroup(ctx: Context, input: AddUserToGroupCommandInput): void {
  const { GroupName } = findGroup(ctx, input.GroupName);
  const user = findUser(ctx, input.UserName);
  if (user.Groups.includes(GroupName)) return;
  if (user.Groups.length >= 10) throw limitExceeded('Cannot exceed quota for GroupsPerUser: 10');
  saveUser(ctx, { ...user, Groups: [...user.Groups, GroupName] });
}

export function RemoveUserFromGroup(ctx: Context, input: RemoveUserFromGroupCommandInput): void {
  const { GroupName } = findGroup(ctx, input.GroupName);
  const user = findUser(ctx, input.UserName);
  saveUser(ctx, { ...user, Groups: user.Groups.filter((name) => name !== GroupName) });
}

function membersOf(ctx: Context, groupName: string): UserRecord[] {
  return userRecords(ctx.store, ctx.account)
    .values()
    .filter(({ Groups }) => Groups.includes(groupName));
}

function saveUser(ctx: Context, user: UserRecord): void {
  userRecords(ctx.store, ctx.account).put(user.UserName.toLowerCase(), user);
}
