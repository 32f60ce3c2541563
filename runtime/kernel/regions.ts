import { lookupTable } from './lookup-table.ts';

/** Regions of the aws partition that are enabled by default in an account ("Enable or disable AWS Regions", Account Management). */
export const regions: readonly string[] = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ap-south-1',
  'ap-northeast-3',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'ca-central-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-north-1',
  'sa-east-1',
];

/** Three zones in every region: enough for every template that spreads over zones. */
export function zonesOf(region: string): string[] {
  return ['a', 'b', 'c'].map((letter) => `${region}${letter}`);
}

export function isRegion(name: string): boolean {
  return regions.includes(name);
}

/** "Region and Zone IDs": the id of a zone is its place, the letter an account's name for it. */
const shortNames: Readonly<Record<string, string>> = lookupTable({
  'us-east-1': 'use1',
  'us-east-2': 'use2',
  'us-west-1': 'usw1',
  'us-west-2': 'usw2',
  'ap-south-1': 'aps1',
  'ap-northeast-1': 'apne1',
  'ap-northeast-2': 'apne2',
  'ap-northeast-3': 'apne3',
  'ap-southeast-1': 'apse1',
  'ap-southeast-2': 'apse2',
  'ca-central-1': 'cac1',
  'eu-central-1': 'euc1',
  'eu-west-1': 'euw1',
  'eu-west-2': 'euw2',
  'eu-west-3': 'euw3',
  'eu-north-1': 'eun1',
  'sa-east-1': 'sae1',
});

/** Region and Zone ids in this account: use1-az1 is us-east-1a. */
export function zoneIdOf(zone: string): string {
  const region = zone.slice(0, -1);
  const place = zone.charCodeAt(zone.length - 1) - 'a'.charCodeAt(0) + 1;
  return `${shortNames[region] ?? region}-az${place}`;
}
