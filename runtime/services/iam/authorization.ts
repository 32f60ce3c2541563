import { formatArn } from '../../kernel/arn.ts';
import type { Access, Authorization, Context } from '../../kernel/service.ts';
import { invalidClientTokenId } from './errors.ts';
import { groupRecords, instanceProfileRecords, roleRecords, type Tag, userRecords } from './state.ts';

/**
 * What IAM's own operations need permission for ("Actions, resources, and condition keys for IAM", Service
 * Authorization Reference): the role, user, group, policy or profile they act on.
 */
export const authorization: Authorization = (operation, input, ctx) => {
  refuseSessionsOfUsers(ctx);
  const text = (member: string): string | undefined => (typeof input[member] === 'string' ? input[member] : undefined);
  const target = targetOf(ctx, operation, text);
  const conditions: Record<string, string | string[]> = {};
  for (const { Key, Value } of target.tags) {
    conditions[`aws:ResourceTag/${Key}`] = Value;
    conditions[`iam:ResourceTag/${Key}`] = Value;
  }
  const tags = Array.isArray(input.Tags) ? (input.Tags as Tag[]) : [];
  for (const { Key, Value } of tags) conditions[`aws:RequestTag/${Key}`] = Value;
  const tagKeys = Array.isArray(input.TagKeys) ? (input.TagKeys as string[]) : tags.map(({ Key }) => Key);
  if (tagKeys.length > 0) conditions['aws:TagKeys'] = tagKeys;
  const boundary = text('PermissionsBoundary') ?? target.boundary;
  if (boundary !== undefined) conditions['iam:PermissionsBoundary'] = boundary;
  if (/^(Attach|Detach)/.test(operation)) conditions['iam:PolicyARN'] = text('PolicyArn') ?? '';
  if (operation === 'CreateServiceLinkedRole') conditions['iam:AWSServiceName'] = text('AWSServiceName') ?? '';
  const access: Access = { action: `iam:${operation}`, resource: target.arn, conditions };
  if (operation !== 'AddRoleToInstanceProfile') return access;
  const role = roleTarget(ctx, text('RoleName') ?? '', '/');
  return [
    access,
    { action: 'iam:PassRole', resource: role.arn, conditions: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  ];
};

/** With GetSessionToken's credentials "you cannot call any IAM API operations unless MFA authentication information is included". */
function refuseSessionsOfUsers({ principal, http }: Context): void {
  if (principal.kind === 'user' && http?.headers['x-amz-security-token'] !== undefined) throw invalidClientTokenId();
}

interface Target {
  arn: string;
  tags: Tag[];
  boundary?: string | undefined;
}

type Text = (member: string) => string | undefined;

function targetOf(ctx: Context, operation: string, text: Text): Target {
  const path = text('Path') ?? '/';
  const arn = (kind: string, name: string): string => formatArn('iam', '', ctx.account, `${kind}${path}${name}`);
  const profile = text('InstanceProfileName');
  if (profile !== undefined) {
    const record = instanceProfileRecords(ctx.store, ctx.account).get(profile.toLowerCase());
    return { arn: record?.Arn ?? arn('instance-profile', profile), tags: record?.Tags ?? [] };
  }
  const group = text('GroupName');
  if (group !== undefined) {
    return { arn: groupRecords(ctx.store, ctx.account).get(group.toLowerCase())?.Arn ?? arn('group', group), tags: [] };
  }
  const role = text('RoleName');
  if (role !== undefined) return roleTarget(ctx, role, path);
  const user =
    text('UserName') ??
    (ofOwnUser.has(operation) && ctx.principal.kind === 'user' ? ctx.principal.userName : undefined);
  if (user !== undefined) {
    const record = userRecords(ctx.store, ctx.account).get(user.toLowerCase());
    return { arn: record?.Arn ?? arn('user', user), tags: record?.Tags ?? [], boundary: record?.PermissionsBoundary };
  }
  const policy = text('PolicyArn') ?? text('PolicySourceArn') ?? text('OpenIDConnectProviderArn');
  if (policy !== undefined) return { arn: policy, tags: [] };
  const listed = listings.get(operation);
  if (listed !== undefined)
    return { arn: formatArn('iam', '', ctx.account, listed + (text('PathPrefix') ?? '/')), tags: [] };
  if (operation === 'ListPolicies') return { arn: `policy path ${text('PathPrefix') ?? '/'}`, tags: [] };
  const policyName = operation === 'CreatePolicy' ? text('PolicyName') : undefined;
  return { arn: policyName === undefined ? '*' : arn('policy', policyName), tags: [] };
}

function roleTarget(ctx: Context, name: string, path: string): Target {
  const record = roleRecords(ctx.store, ctx.account).get(name.toLowerCase());
  return {
    arn: record?.Arn ?? formatArn('iam', '', ctx.account, `role${path}${name}`),
    tags: record?.Tags ?? [],
    boundary: record?.PermissionsBoundary,
  };
}

/** Listings ask for the path they list, as IAM's own refusals show. */
const listings: ReadonlyMap<string, string> = new Map([
  ['ListRoles', 'role'],
  ['ListUsers', 'user'],
  ['ListGroups', 'group'],
  ['ListInstanceProfiles', 'instance-profile'],
]);

/** Without a UserName these mean the user who asks. */
const ofOwnUser = new Set(['GetUser', 'CreateAccessKey', 'ListAccessKeys', 'UpdateAccessKey', 'DeleteAccessKey']);
