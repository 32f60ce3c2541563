import type { IpPermission } from '@aws-sdk/client-ec2';

/** A rule as templates write it, within a group or as a resource of its own. */
export interface RuleProperties {
  IpProtocol: string;
  FromPort?: number;
  ToPort?: number;
  CidrIp?: string;
  CidrIpv6?: string;
  Description?: string;
  SourceSecurityGroupId?: string;
  SourceSecurityGroupName?: string;
  SourceSecurityGroupOwnerId?: string;
  SourcePrefixListId?: string;
  DestinationSecurityGroupId?: string;
  DestinationPrefixListId?: string;
}

export const ruleProperties = {
  IpProtocol: 'executed',
  FromPort: 'executed',
  ToPort: 'executed',
  CidrIp: 'executed',
  CidrIpv6: 'stored',
  Description: 'stored',
  SourceSecurityGroupId: 'executed',
  SourceSecurityGroupName: 'executed',
  SourceSecurityGroupOwnerId: 'stored',
  SourcePrefixListId: 'executed',
  DestinationSecurityGroupId: 'executed',
  DestinationPrefixListId: 'executed',
} as const;

export function permissionOf(rule: RuleProperties): IpPermission {
  const { CidrIp, CidrIpv6, Description } = rule;
  const GroupId = rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId;
  const PrefixListId = rule.SourcePrefixListId ?? rule.DestinationPrefixListId;
  const said = Description === undefined ? {} : { Description };
  return {
    IpProtocol: String(rule.IpProtocol),
    ...(rule.FromPort === undefined ? {} : { FromPort: Number(rule.FromPort) }),
    ...(rule.ToPort === undefined ? {} : { ToPort: Number(rule.ToPort) }),
    ...(CidrIp ? { IpRanges: [{ CidrIp, ...said }] } : {}),
    ...(CidrIpv6 ? { Ipv6Ranges: [{ CidrIpv6, ...said }] } : {}),
    ...(PrefixListId ? { PrefixListIds: [{ PrefixListId, ...said }] } : {}),
    ...(GroupId ? { UserIdGroupPairs: [{ GroupId, ...said }] } : {}),
    ...(rule.SourceSecurityGroupName
      ? { UserIdGroupPairs: [{ GroupName: rule.SourceSecurityGroupName, ...said }] }
      : {}),
  };
}
