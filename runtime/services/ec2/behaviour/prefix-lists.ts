import { outside } from '../../../engines/network/network.ts';

export interface PrefixList {
  PrefixListId: string;
  PrefixListName: string;
  cidrs: string[];
}

/** AWS-managed prefix lists ("AWS-managed prefix lists", Amazon VPC User Guide): where these services answer inside a VPC here. */
export function prefixLists(region: string): PrefixList[] {
  return [
    { PrefixListId: 'pl-63a5400a', PrefixListName: `com.amazonaws.${region}.s3`, cidrs: [`${outside.s3}/32`] },
    {
      PrefixListId: 'pl-02cd2c6b',
      PrefixListName: `com.amazonaws.${region}.dynamodb`,
      cidrs: [`${outside.dynamodb}/32`],
    },
    {
      PrefixListId: 'pl-3b927c52',
      PrefixListName: 'com.amazonaws.global.cloudfront.origin-facing',
      cidrs: [outside.edges],
    },
  ];
}

export function prefixList(region: string, id: string): PrefixList | undefined {
  return prefixLists(region).find(({ PrefixListId }) => PrefixListId === id);
}
