import type {
  DescribeAccountAttributesCommandInput,
  DescribeAvailabilityZonesCommandInput,
  DescribeDhcpOptionsCommandInput,
  DescribeManagedPrefixListsCommandInput,
  DescribePrefixListsCommandInput,
  DescribeRegionsCommandInput,
  GetManagedPrefixListEntriesCommandInput,
} from '@aws-sdk/client-ec2';
import { formatArn } from '../../../kernel/arn.ts';
import type { AwsError } from '../../../kernel/errors.ts';
import { regions, zoneIdOf, zonesOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import { chosen, filtered, list, paged } from '../behaviour/listing.ts';
import { prefixList, prefixLists } from '../behaviour/prefix-lists.ts';
import { invalidParameterValue, notFound } from '../errors.ts';
import { dhcpOptions, vpcs } from '../network-state.ts';

const zoneFilters = {
  'region-name': 'RegionName',
  state: 'State',
  'zone-id': 'ZoneId',
  'zone-name': 'ZoneName',
  'zone-type': 'ZoneType',
  'opt-in-status': 'OptInStatus',
  'group-name': 'GroupName',
};

export function DescribeAvailabilityZones(ctx: Context, input: DescribeAvailabilityZonesCommandInput) {
  const all = zonesOf(ctx.region).map((ZoneName) => ({
    ZoneName,
    ZoneId: zoneIdOf(ZoneName),
    ZoneType: 'availability-zone',
    RegionName: ctx.region,
    GroupName: `${ctx.region}-zg-1`,
    NetworkBorderGroup: ctx.region,
    OptInStatus: 'opt-in-not-required' as const,
    State: 'available' as const,
    Messages: [],
  }));
  const unknown = input.ZoneNames?.find((name) => !all.some(({ ZoneName }) => ZoneName === name));
  if (unknown) throw invalidParameterValue(`Invalid availability zone: [${unknown}]`);
  const found = all.filter(
    ({ ZoneName, ZoneId }) =>
      (input.ZoneNames?.includes(ZoneName) ?? true) && (input.ZoneIds?.includes(ZoneId) ?? true),
  );
  return { AvailabilityZones: filtered(found, input.Filters ?? [], zoneFilters) };
}

export function DescribeRegions(_ctx: Context, input: DescribeRegionsCommandInput) {
  const unknown = input.RegionNames?.find((name) => !regions.includes(name));
  if (unknown) throw invalidParameterValue(`Invalid region names: [${unknown}]`);
  const all = regions
    .filter((name) => input.RegionNames?.includes(name) ?? true)
    .map((RegionName) => ({
      RegionName,
      Endpoint: `ec2.${RegionName}.amazonaws.com`,
      OptInStatus: 'opt-in-not-required',
    }));
  return {
    Regions: filtered(all, input.Filters ?? [], {
      endpoint: 'Endpoint',
      'region-name': 'RegionName',
      'opt-in-status': 'OptInStatus',
    }),
  };
}

export function DescribeAccountAttributes(ctx: Context, input: DescribeAccountAttributesCommandInput) {
  const defaultVpc = vpcs.all(ctx).find(({ IsDefault }) => IsDefault)?.VpcId ?? 'none';
  const attributes: Record<string, string[]> = {
    'supported-platforms': ['VPC'],
    'vpc-max-security-groups-per-interface': ['5'],
    'max-elastic-ips': ['5'],
    'max-instances': ['20'],
    'vpc-max-elastic-ips': ['5'],
    'default-vpc': [defaultVpc],
  };
  const names: string[] = input.AttributeNames ?? Object.keys(attributes);
  return {
    AccountAttributes: names.map((AttributeName) => ({
      AttributeName,
      AttributeValues: (attributes[AttributeName] ?? []).map((AttributeValue) => ({ AttributeValue })),
    })),
  };
}

const dhcpFilters = {
  'dhcp-options-id': 'DhcpOptionsId',
  key: 'DhcpConfigurations.Key',
  value: 'DhcpConfigurations.Values.Value',
  'owner-id': 'OwnerId',
};

export function DescribeDhcpOptions(ctx: Context, input: DescribeDhcpOptionsCommandInput) {
  const found = chosen(
    input.DhcpOptionsIds,
    (id) => dhcpOptions.find(ctx, id),
    () => dhcpOptions.all(ctx),
  );
  const { page, ...rest } = list(found, input, dhcpFilters);
  return { DhcpOptions: page, ...rest };
}

const listFilters = { 'owner-id': 'OwnerId', 'prefix-list-id': 'PrefixListId', 'prefix-list-name': 'PrefixListName' };

export function DescribeManagedPrefixLists(ctx: Context, input: DescribeManagedPrefixListsCommandInput) {
  const all = prefixLists(ctx.region).map(({ PrefixListId, PrefixListName }) => ({
    PrefixListId,
    PrefixListName,
    PrefixListArn: formatArn('ec2', ctx.region, 'aws', `prefix-list/${PrefixListId}`),
    AddressFamily: 'IPv4',
    OwnerId: 'AWS',
    State: 'create-complete' as const,
    Tags: [],
  }));
  const unknown = input.PrefixListIds?.find((id) => !prefixList(ctx.region, id));
  if (unknown) throw unknownList(unknown);
  const wanted = all.filter(({ PrefixListId }) => input.PrefixListIds?.includes(PrefixListId) ?? true);
  const { page, ...rest } = list(wanted, { ...input, MaxResults: undefined }, listFilters);
  return { PrefixLists: page, ...rest };
}

export function DescribePrefixLists(ctx: Context, input: DescribePrefixListsCommandInput) {
  const all = prefixLists(ctx.region)
    .filter(({ PrefixListId }) => input.PrefixListIds?.includes(PrefixListId) ?? true)
    .map(({ PrefixListId, PrefixListName, cidrs }) => ({ PrefixListId, PrefixListName, Cidrs: cidrs }));
  const { page, ...rest } = paged(filtered(all, input.Filters ?? [], listFilters), input);
  return { PrefixLists: page, ...rest };
}

export function GetManagedPrefixListEntries(ctx: Context, input: GetManagedPrefixListEntriesCommandInput) {
  const found = prefixList(ctx.region, input.PrefixListId ?? '');
  if (!found) throw unknownList(input.PrefixListId ?? '');
  return { Entries: found.cidrs.map((Cidr) => ({ Cidr })) };
}

function unknownList(id: string): AwsError {
  return notFound('InvalidPrefixListID.NotFound', `The prefix list ID '${id}' does not exist`);
}
