import type {
  AuthorizeSecurityGroupEgressCommandInput,
  AuthorizeSecurityGroupIngressCommandInput,
  CreateSecurityGroupCommandInput,
  DeleteSecurityGroupCommandInput,
  DescribeSecurityGroupRulesCommandInput,
  DescribeSecurityGroupsCommandInput,
  IpPermission,
  ModifySecurityGroupRulesCommandInput,
  RevokeSecurityGroupEgressCommandInput,
  RevokeSecurityGroupIngressCommandInput,
  UpdateSecurityGroupRuleDescriptionsEgressCommandInput,
  UpdateSecurityGroupRuleDescriptionsIngressCommandInput,
} from '@aws-sdk/client-ec2';
import { formatArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { duplicateRule, permissionsOf, rulesOf, sameRule } from '../behaviour/group-rules.ts';
import { list } from '../behaviour/listing.ts';
import { enforce } from '../behaviour/networks.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { makeSecurityGroup } from '../behaviour/vpc-parts.ts';
import { dependencyViolation, invalidParameterValue, invalidValue, missingParameter, notFound } from '../errors.ts';
import {
  networkInterfaces,
  type SecurityGroup,
  type SecurityGroupRule,
  securityGroups,
  vpcs,
} from '../network-state.ts';

const filters = {
  description: 'Description',
  'egress.ip-permission.cidr': 'IpPermissionsEgress.IpRanges.CidrIp',
  'egress.ip-permission.from-port': 'IpPermissionsEgress.FromPort',
  'egress.ip-permission.group-id': 'IpPermissionsEgress.UserIdGroupPairs.GroupId',
  'egress.ip-permission.protocol': 'IpPermissionsEgress.IpProtocol',
  'egress.ip-permission.to-port': 'IpPermissionsEgress.ToPort',
  'group-id': 'GroupId',
  'group-name': 'GroupName',
  'ip-permission.cidr': 'IpPermissions.IpRanges.CidrIp',
  'ip-permission.from-port': 'IpPermissions.FromPort',
  'ip-permission.group-id': 'IpPermissions.UserIdGroupPairs.GroupId',
  'ip-permission.protocol': 'IpPermissions.IpProtocol',
  'ip-permission.to-port': 'IpPermissions.ToPort',
  'owner-id': 'OwnerId',
  'vpc-id': 'VpcId',
};

/** "CreateSecurityGroup" (Amazon EC2 API Reference), constraints of a VPC's groups. */
const allowedText = /^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

export async function CreateSecurityGroup(ctx: Context, input: CreateSecurityGroupCommandInput) {
  const { GroupName = '', Description = '' } = input;
  if (/^sg-/i.test(GroupName)) throw invalidValue('GroupName', GroupName, 'Group names may not be in the format sg-*.');
  if (!allowedText.test(GroupName))
    throw invalidValue(
      'GroupName',
      GroupName,
      'Character sets beyond a-zA-Z0-9. _-:/()#,@[]+=&;{}!$* are not supported.',
    );
  if (!allowedText.test(Description))
    throw invalidValue('GroupDescription', Description, 'Character sets beyond ASCII are not supported.');
  if (GroupName.toLowerCase() === 'default')
    throw invalidParameterValue(`Cannot use reserved security group name: ${GroupName}`);
  const vpc =
    input.VpcId === undefined ? vpcs.all(ctx).find(({ IsDefault }) => IsDefault) : vpcs.find(ctx, input.VpcId);
  if (!vpc) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user.');
  if (securityGroups.all(ctx).some((group) => group.VpcId === vpc.VpcId && group.GroupName === GroupName))
    throw new AwsError(
      'InvalidGroup.Duplicate',
      `The security group '${GroupName}' already exists for VPC '${vpc.VpcId}'`,
    );
  const Tags = tagsFor(input.TagSpecifications, 'security-group');
  const { GroupId } = makeSecurityGroup(ctx, { VpcId: vpc.VpcId, GroupName, Description, Tags });
  await enforce(ctx, vpc.VpcId);
  return { GroupId, Tags, SecurityGroupArn: arnOf(ctx, GroupId) };
}

function arnOf(ctx: Context, GroupId: string): string {
  return formatArn('ec2', ctx.region, ctx.account, `security-group/${GroupId}`);
}

export function DescribeSecurityGroups(ctx: Context, input: DescribeSecurityGroupsCommandInput) {
  const named = (input.GroupNames ?? []).map((name) => ofDefaultVpc(ctx, name));
  const byId = (input.GroupIds ?? []).map((id) => securityGroups.find(ctx, id));
  const all = input.GroupIds?.length || input.GroupNames?.length ? [...byId, ...named] : securityGroups.all(ctx);
  const { page, ...rest } = list(
    all.map((group) => described(ctx, group)),
    input,
    filters,
  );
  return { SecurityGroups: page, ...rest };
}

function described(ctx: Context, { rules, ...group }: SecurityGroup) {
  return {
    ...group,
    SecurityGroupArn: arnOf(ctx, group.GroupId),
    IpPermissions: permissionsOf(rules.filter(({ IsEgress }) => !IsEgress)),
    IpPermissionsEgress: permissionsOf(rules.filter(({ IsEgress }) => IsEgress)),
  };
}

function ofDefaultVpc(ctx: Context, name: string): SecurityGroup {
  const vpc = vpcs.all(ctx).find(({ IsDefault }) => IsDefault);
  const found = securityGroups.all(ctx).find(({ GroupName, VpcId }) => GroupName === name && VpcId === vpc?.VpcId);
  if (!found)
    throw notFound(
      'InvalidGroup.NotFound',
      `The security group '${name}' does not exist in default VPC '${vpc?.VpcId}'`,
    );
  return found;
}

export async function DeleteSecurityGroup(ctx: Context, input: DeleteSecurityGroupCommandInput) {
  const group = asked(ctx, input);
  const { GroupId } = group;
  if (group.GroupName === 'default')
    throw new AwsError('CannotDelete', `the specified group: "${GroupId}" name: "default" cannot be deleted by a user`);
  const held = networkInterfaces.all(ctx).some(({ Groups }) => Groups.some((each) => each.GroupId === GroupId));
  const named = securityGroups
    .all(ctx)
    .some(
      (other) => other.GroupId !== GroupId && other.rules.some((rule) => rule.ReferencedGroupInfo?.GroupId === GroupId),
    );
  if (held || named) throw dependencyViolation(`resource ${GroupId} has a dependent object`);
  securityGroups.delete(ctx, GroupId);
  await enforce(ctx, group.VpcId);
  return { Return: true, GroupId };
}

function asked(
  ctx: Context,
  { GroupId, GroupName }: { GroupId?: string | undefined; GroupName?: string | undefined },
): SecurityGroup {
  if (GroupId !== undefined) return securityGroups.find(ctx, GroupId);
  if (GroupName === undefined) throw missingParameter('The request must contain the parameter groupName or groupId');
  return ofDefaultVpc(ctx, GroupName);
}

/** Of either direction: what is let out has no older parameters in practice, but the same names. */
type Change = AuthorizeSecurityGroupIngressCommandInput;

export const AuthorizeSecurityGroupIngress = (ctx: Context, input: AuthorizeSecurityGroupIngressCommandInput) =>
  authorize(ctx, input, false);
export const AuthorizeSecurityGroupEgress = (ctx: Context, input: AuthorizeSecurityGroupEgressCommandInput) =>
  authorize(ctx, input, true);

async function authorize(ctx: Context, input: Change, egress: boolean) {
  const group = asked(ctx, input);
  const tags = tagsFor(input.TagSpecifications, 'security-group-rule');
  const added = rulesOf(ctx, group, permissionsAsked(input), egress).map((rule) => ({ ...rule, Tags: tags }));
  added.forEach((rule, index) => {
    const known = [...group.rules, ...added.slice(0, index)];
    if (known.some((each) => sameRule(each, rule))) throw duplicateRule(rule);
  });
  securityGroups.put(ctx, { ...group, rules: [...group.rules, ...added] });
  await enforce(ctx, group.VpcId);
  return { Return: true, SecurityGroupRules: added };
}

/** Permissions as a list, or one by the older parameters beside it. */
function permissionsAsked(input: Change): IpPermission[] {
  const { IpPermissions, IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupName } = input;
  if (IpPermissions && IpPermissions.length > 0) return IpPermissions;
  if (IpProtocol === undefined && SourceSecurityGroupName === undefined)
    throw missingParameter('The request must contain the parameter ipPermissions');
  const peer =
    SourceSecurityGroupName === undefined
      ? { IpRanges: [{ CidrIp: CidrIp ?? '' }] }
      : { UserIdGroupPairs: [{ GroupName: SourceSecurityGroupName }] };
  return [{ IpProtocol: IpProtocol ?? '-1', FromPort, ToPort, ...peer }];
}

export const RevokeSecurityGroupIngress = (ctx: Context, input: RevokeSecurityGroupIngressCommandInput) =>
  revoke(ctx, input, false);
export const RevokeSecurityGroupEgress = (ctx: Context, input: RevokeSecurityGroupEgressCommandInput) =>
  revoke(ctx, input, true);

async function revoke(ctx: Context, input: Change & { SecurityGroupRuleIds?: string[] | undefined }, egress: boolean) {
  const group = asked(ctx, input);
  const ids = input.SecurityGroupRuleIds ?? [];
  const unwanted =
    ids.length > 0 ? ids.map((id) => ruleOf(group, id, egress)) : rulesOf(ctx, group, permissionsAsked(input), egress);
  const gone = group.rules.filter((rule) => unwanted.some((each) => sameRule(each, rule)));
  if (gone.length < unwanted.length)
    throw notFound('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
  securityGroups.put(ctx, { ...group, rules: group.rules.filter((rule) => !gone.includes(rule)) });
  await enforce(ctx, group.VpcId);
  return { Return: true, RevokedSecurityGroupRules: gone };
}

function ruleOf(group: SecurityGroup, id: string, egress?: boolean): SecurityGroupRule {
  const rule = group.rules.find(
    ({ SecurityGroupRuleId, IsEgress }) => SecurityGroupRuleId === id && (egress ?? IsEgress) === IsEgress,
  );
  if (!rule) throw unknownRule(id);
  return rule;
}

function unknownRule(id: string): AwsError {
  return notFound('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${id}' does not exist`);
}

const ruleFilters = { 'group-id': 'GroupId', 'security-group-rule-id': 'SecurityGroupRuleId' };

export function DescribeSecurityGroupRules(ctx: Context, input: DescribeSecurityGroupRulesCommandInput) {
  const all = securityGroups.all(ctx).flatMap(({ rules }) => rules);
  const ids = input.SecurityGroupRuleIds ?? [];
  for (const id of ids) if (!all.some((rule) => rule.SecurityGroupRuleId === id)) throw unknownRule(id);
  const wanted = ids.length > 0 ? all.filter((rule) => ids.includes(rule.SecurityGroupRuleId)) : all;
  const { page, ...rest } = list(wanted, input, ruleFilters);
  return { SecurityGroupRules: page, ...rest };
}

export async function ModifySecurityGroupRules(ctx: Context, input: ModifySecurityGroupRulesCommandInput) {
  const group = securityGroups.find(ctx, input.GroupId);
  let rules = group.rules;
  for (const { SecurityGroupRuleId = '', SecurityGroupRule: wanted } of input.SecurityGroupRules ?? []) {
    const before = ruleOf(group, SecurityGroupRuleId);
    const { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId, Description, ...match } = wanted ?? {};
    const permission: IpPermission = {
      ...match,
      ...(CidrIpv4 === undefined ? {} : { IpRanges: [{ CidrIp: CidrIpv4, Description }] }),
      ...(CidrIpv6 === undefined ? {} : { Ipv6Ranges: [{ CidrIpv6, Description }] }),
      ...(PrefixListId === undefined ? {} : { PrefixListIds: [{ PrefixListId, Description }] }),
      ...(ReferencedGroupId === undefined ? {} : { UserIdGroupPairs: [{ GroupId: ReferencedGroupId, Description }] }),
    };
    const [after] = rulesOf(ctx, group, [permission], before.IsEgress);
    if (after)
      rules = rules.map((rule) => (rule === before ? { ...after, SecurityGroupRuleId, Tags: before.Tags } : rule));
  }
  securityGroups.put(ctx, { ...group, rules });
  await enforce(ctx, group.VpcId);
  return { Return: true };
}

export const UpdateSecurityGroupRuleDescriptionsIngress = (
  ctx: Context,
  input: UpdateSecurityGroupRuleDescriptionsIngressCommandInput,
) => describe(ctx, input, false);
export const UpdateSecurityGroupRuleDescriptionsEgress = (
  ctx: Context,
  input: UpdateSecurityGroupRuleDescriptionsEgressCommandInput,
) => describe(ctx, input, true);

function describe(ctx: Context, input: UpdateSecurityGroupRuleDescriptionsIngressCommandInput, egress: boolean) {
  const group = asked(ctx, input);
  const said = new Map<SecurityGroupRule, string | undefined>();
  for (const { SecurityGroupRuleId = '', Description } of input.SecurityGroupRuleDescriptions ?? [])
    said.set(ruleOf(group, SecurityGroupRuleId, egress), Description);
  for (const wanted of rulesOf(ctx, group, input.IpPermissions ?? [], egress)) {
    const rule = group.rules.find((each) => sameRule(each, wanted));
    if (!rule)
      throw notFound('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
    said.set(rule, wanted.Description);
  }
  const rules = group.rules.map((rule) => (said.has(rule) ? { ...rule, Description: said.get(rule) } : rule));
  securityGroups.put(ctx, { ...group, rules });
  return { Return: true };
}
