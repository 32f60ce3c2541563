import type { IpPermission } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameterValue, invalidValue } from '../errors.ts';
import { type SecurityGroup, type SecurityGroupRule, securityGroups } from '../network-state.ts';
import { ruleCidr } from './cidr.ts';
import { newId } from './noun.ts';
import { prefixList } from './prefix-lists.ts';

/** One rule for each peer of each permission, as AWS keeps them ("Security group rules", Amazon VPC User Guide). */
export function rulesOf(
  ctx: Context,
  group: SecurityGroup,
  permissions: readonly IpPermission[],
  IsEgress: boolean,
): SecurityGroupRule[] {
  return permissions.flatMap((permission) => {
    const match = matchOf(permission);
    const peers = peersOf(ctx, group, permission);
    if (peers.length === 0)
      throw invalidParameterValue(
        'Invalid value for portRange. Must specify at least one source or destination of the permission.',
      );
    return peers.map((peer) => ({
      SecurityGroupRuleId: newId(ctx, 'sgr'),
      GroupId: group.GroupId,
      GroupOwnerId: group.OwnerId,
      IsEgress,
      ...match,
      ...peer,
      Tags: [],
    }));
  });
}

const names: Readonly<Record<string, string>> = lookupTable({ '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'icmpv6' });

function matchOf({
  IpProtocol = '-1',
  FromPort,
  ToPort,
}: IpPermission): Pick<SecurityGroupRule, 'IpProtocol' | 'FromPort' | 'ToPort'> {
  const protocol = names[IpProtocol] ?? IpProtocol.toLowerCase();
  if (protocol === '-1') return { IpProtocol: protocol, FromPort: -1, ToPort: -1 };
  if (!/^(tcp|udp|icmp|icmpv6|\d{1,3})$/.test(protocol))
    throw invalidValue('IpProtocol', IpProtocol, 'Unknown protocol.');
  if (protocol === 'tcp' || protocol === 'udp') return { IpProtocol: protocol, ...portsOf(protocol, FromPort, ToPort) };
  return { IpProtocol: protocol, FromPort: FromPort ?? -1, ToPort: ToPort ?? -1 };
}

function portsOf(protocol: string, FromPort: number | undefined, ToPort: number | undefined) {
  if (FromPort === -1 && ToPort === -1) return { FromPort: 0, ToPort: 65535 };
  if (FromPort === undefined || ToPort === undefined)
    throw invalidParameterValue(
      `Invalid value 'Must specify both from and to ports with ${protocol.toUpperCase()}/UDP.' for portRange.`,
    );
  for (const port of [FromPort, ToPort])
    if (port < 0 || port > 65535)
      throw invalidParameterValue(`Invalid value '${port}' for portRange. Ports must be between 0 and 65535.`);
  if (FromPort > ToPort) throw invalidParameterValue(`Invalid TCP/UDP port range (${FromPort}:${ToPort})`);
  return { FromPort, ToPort };
}

type Peer = Pick<SecurityGroupRule, 'CidrIpv4' | 'CidrIpv6' | 'PrefixListId' | 'ReferencedGroupInfo' | 'Description'>;

function peersOf(ctx: Context, group: SecurityGroup, permission: IpPermission): Peer[] {
  const { IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [], PrefixListIds = [] } = permission;
  return [
    ...IpRanges.map(({ CidrIp = '', Description }): Peer => ({ CidrIpv4: ruleCidr(CidrIp), ...said(Description) })),
    ...Ipv6Ranges.map(({ CidrIpv6, Description }): Peer => ({ CidrIpv6, ...said(Description) })),
    ...UserIdGroupPairs.map(({ GroupId, GroupName, Description }): Peer => {
      const peer = referenced(ctx, group, GroupId, GroupName);
      return { ReferencedGroupInfo: { GroupId: peer.GroupId, UserId: peer.OwnerId }, ...said(Description) };
    }),
    ...PrefixListIds.map(({ PrefixListId = '', Description }): Peer => {
      if (!prefixList(ctx.region, PrefixListId))
        throw new AwsError('InvalidPrefixListID.NotFound', `The prefix list ID '${PrefixListId}' does not exist`);
      return { PrefixListId, ...said(Description) };
    }),
  ];
}

function said(Description: string | undefined): { Description?: string } {
  if (Description === undefined) return {};
  if (!/^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$/.test(Description))
    throw invalidParameterValue(
      'Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*',
    );
  return { Description };
}

function referenced(
  ctx: Context,
  group: SecurityGroup,
  id: string | undefined,
  name: string | undefined,
): SecurityGroup {
  if (id !== undefined) return securityGroups.find(ctx, id);
  const named = securityGroups.all(ctx).find(({ GroupName, VpcId }) => GroupName === name && VpcId === group.VpcId);
  if (!named) throw new AwsError('InvalidGroup.NotFound', `The security group '${name}' does not exist`);
  return named;
}

/** Whether both let through the same, whatever they are called. */
export function sameRule(a: SecurityGroupRule, b: SecurityGroupRule): boolean {
  return keyOf(a) === keyOf(b);
}

function keyOf(rule: SecurityGroupRule): string {
  const { IsEgress, IpProtocol, FromPort, ToPort } = rule;
  return [IsEgress, IpProtocol, FromPort, ToPort, peerOf(rule)].join('|');
}

function peerOf({ CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo }: SecurityGroupRule): string {
  return CidrIpv4 ?? CidrIpv6 ?? PrefixListId ?? ReferencedGroupInfo?.GroupId ?? '';
}

export function duplicateRule(rule: SecurityGroupRule): AwsError {
  const { IpProtocol, FromPort, ToPort } = rule;
  const match = IpProtocol === '-1' ? 'ALL' : `${IpProtocol.toUpperCase()}, from port: ${FromPort}, to port: ${ToPort}`;
  return new AwsError(
    'InvalidPermission.Duplicate',
    `the specified rule "peer: ${peerOf(rule)}, ${match}, ALLOW" already exists`,
  );
}

/** The rules as permissions: one for each protocol and range of ports, with all its peers. */
export function permissionsOf(rules: readonly SecurityGroupRule[]): IpPermission[] {
  const permissions = new Map<string, IpPermission>();
  for (const rule of rules) {
    const { IpProtocol, FromPort, ToPort, CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo, Description } = rule;
    const key = [IpProtocol, FromPort, ToPort].join('|');
    const permission = permissions.get(key) ?? {
      IpProtocol,
      ...(IpProtocol === '-1' ? {} : { FromPort, ToPort }),
      IpRanges: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: [],
    };
    permissions.set(key, permission);
    if (CidrIpv4) permission.IpRanges?.push({ CidrIp: CidrIpv4, Description });
    else if (CidrIpv6) permission.Ipv6Ranges?.push({ CidrIpv6, Description });
    else if (PrefixListId) permission.PrefixListIds?.push({ PrefixListId, Description });
    else if (ReferencedGroupInfo)
      permission.UserIdGroupPairs?.push({
        GroupId: ReferencedGroupInfo.GroupId,
        UserId: ReferencedGroupInfo.UserId,
        Description,
      });
  }
  return [...permissions.values()];
}
