import type {
  CreateNetworkAclCommandInput,
  CreateNetworkAclEntryCommandInput,
  DeleteNetworkAclCommandInput,
  DeleteNetworkAclEntryCommandInput,
  DescribeNetworkAclsCommandInput,
  ReplaceNetworkAclAssociationCommandInput,
  ReplaceNetworkAclEntryCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { ruleCidr } from '../behaviour/cidr.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { enforce } from '../behaviour/networks.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { associateAcl, makeNetworkAcl } from '../behaviour/vpc-parts.ts';
import { dependencyViolation, invalidParameterValue, invalidValue, missingParameter, notFound } from '../errors.ts';
import { type NetworkAcl, networkAcls, vpcs } from '../network-state.ts';

const filters = {
  'association.association-id': 'Associations.NetworkAclAssociationId',
  'association.network-acl-id': 'Associations.NetworkAclId',
  'association.subnet-id': 'Associations.SubnetId',
  default: 'IsDefault',
  'entry.cidr': 'Entries.CidrBlock',
  'entry.protocol': 'Entries.Protocol',
  'entry.rule-action': 'Entries.RuleAction',
  'entry.egress': 'Entries.Egress',
  'entry.rule-number': 'Entries.RuleNumber',
  'network-acl-id': 'NetworkAclId',
  'owner-id': 'OwnerId',
  'vpc-id': 'VpcId',
};

export function CreateNetworkAcl(ctx: Context, input: CreateNetworkAclCommandInput) {
  const { VpcId } = vpcs.find(ctx, input.VpcId);
  const Tags = tagsFor(input.TagSpecifications, 'network-acl');
  return { NetworkAcl: makeNetworkAcl(ctx, { VpcId, IsDefault: false, Tags }), ClientToken: input.ClientToken };
}

export function DescribeNetworkAcls(ctx: Context, input: DescribeNetworkAclsCommandInput) {
  const found = chosen(
    input.NetworkAclIds,
    (id) => networkAcls.find(ctx, id),
    () => networkAcls.all(ctx),
  );
  const { page, ...rest } = list(found, input, filters);
  return { NetworkAcls: page, ...rest };
}

export async function DeleteNetworkAcl(ctx: Context, { NetworkAclId = '' }: DeleteNetworkAclCommandInput) {
  const acl = networkAcls.find(ctx, NetworkAclId);
  if (acl.IsDefault) throw invalidParameterValue(`cannot delete default network ACL ${NetworkAclId}`);
  if (acl.Associations.length > 0)
    throw dependencyViolation(`The networkAcl '${NetworkAclId}' has dependencies and cannot be deleted.`);
  networkAcls.delete(ctx, NetworkAclId);
  await enforce(ctx, acl.VpcId);
  return {};
}

export async function CreateNetworkAclEntry(ctx: Context, input: CreateNetworkAclEntryCommandInput) {
  const acl = networkAcls.find(ctx, input.NetworkAclId);
  const entry = entryOf(input);
  if (indexOf(acl, entry) >= 0)
    throw new AwsError(
      'NetworkAclEntryAlreadyExists',
      `The network acl entry identified by ${entry.RuleNumber} already exists.`,
    );
  return change(ctx, acl, [...acl.Entries, entry]);
}

export async function ReplaceNetworkAclEntry(ctx: Context, input: ReplaceNetworkAclEntryCommandInput) {
  const acl = networkAcls.find(ctx, input.NetworkAclId);
  const entry = entryOf(input);
  return change(ctx, acl, acl.Entries.with(existing(acl, entry), entry));
}

export async function DeleteNetworkAclEntry(ctx: Context, input: DeleteNetworkAclEntryCommandInput) {
  const acl = networkAcls.find(ctx, input.NetworkAclId);
  const index = existing(acl, { RuleNumber: input.RuleNumber ?? 0, Egress: input.Egress === true });
  if (input.RuleNumber === 32767) throw invalidValue('ruleNumber', input.RuleNumber, 'Must be less than 32767.');
  return change(ctx, acl, acl.Entries.toSpliced(index, 1));
}

async function change(ctx: Context, acl: NetworkAcl, Entries: NetworkAcl['Entries']) {
  networkAcls.put(ctx, { ...acl, Entries });
  await enforce(ctx, acl.VpcId);
  return {};
}

interface EntryKey {
  RuleNumber?: number | undefined;
  Egress?: boolean | undefined;
}

function indexOf(acl: NetworkAcl, { RuleNumber, Egress }: EntryKey): number {
  return acl.Entries.findIndex((each) => each.RuleNumber === RuleNumber && each.Egress === Egress);
}

function existing(acl: NetworkAcl, key: EntryKey): number {
  const index = indexOf(acl, key);
  if (index < 0)
    throw notFound(
      'InvalidNetworkAclEntry.NotFound',
      `The network acl entry identified by ${key.RuleNumber} does not exist.`,
    );
  return index;
}

/** "Network ACL rules" (Amazon VPC User Guide): numbers 1 to 32766; TCP and UDP name their ports, ICMP its type and code. */
function entryOf(input: CreateNetworkAclEntryCommandInput): NetworkAcl['Entries'][number] {
  const {
    RuleNumber = 0,
    Protocol = '-1',
    RuleAction,
    Egress = false,
    CidrBlock,
    Ipv6CidrBlock,
    PortRange,
    IcmpTypeCode,
  } = input;
  if (RuleNumber < 1 || RuleNumber > 32766)
    throw invalidValue('ruleNumber', RuleNumber, 'Must be between 1 and 32766.');
  if ((CidrBlock === undefined) === (Ipv6CidrBlock === undefined))
    throw missingParameter('The request must contain exactly one of cidrBlock and ipv6CidrBlock');
  const number = protocolNumber(Protocol);
  if (['6', '17'].includes(number) && (PortRange?.From === undefined || PortRange.To === undefined))
    throw missingParameter('The request must contain the parameter portRange');
  if (number === '1' && IcmpTypeCode?.Type === undefined)
    throw missingParameter('The request must contain the parameter icmpTypeCode');
  return {
    RuleNumber,
    Protocol: number,
    RuleAction,
    Egress,
    ...(CidrBlock === undefined ? { Ipv6CidrBlock } : { CidrBlock: ruleCidr(CidrBlock) }),
    ...(['6', '17'].includes(number) ? { PortRange } : {}),
    ...(number === '1' ? { IcmpTypeCode } : {}),
  };
}

function protocolNumber(protocol: string): string {
  const numbers: Record<string, string> = { all: '-1', icmp: '1', tcp: '6', udp: '17' };
  const number = numbers[protocol.toLowerCase()] ?? protocol;
  if (!/^(-1|\d{1,3})$/.test(number) || Number(number) > 255)
    throw invalidValue('protocol', protocol, 'Unknown protocol.');
  return number;
}

export async function ReplaceNetworkAclAssociation(ctx: Context, input: ReplaceNetworkAclAssociationCommandInput) {
  const id = input.AssociationId;
  const acl = networkAcls
    .all(ctx)
    .find(({ Associations }) => Associations.some((each) => each.NetworkAclAssociationId === id));
  const association = acl?.Associations.find((each) => each.NetworkAclAssociationId === id);
  if (!acl || !association)
    throw notFound('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`);
  const target = networkAcls.find(ctx, input.NetworkAclId);
  if (target.VpcId !== acl.VpcId)
    throw invalidParameterValue(
      `network acl ${target.NetworkAclId} and subnet ${association.SubnetId} belong to different networks`,
    );
  networkAcls.put(ctx, { ...acl, Associations: acl.Associations.filter((each) => each !== association) });
  const NewAssociationId = associateAcl(ctx, networkAcls.find(ctx, target.NetworkAclId), association.SubnetId ?? '');
  await enforce(ctx, acl.VpcId);
  return { NewAssociationId };
}
