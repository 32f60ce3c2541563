import { lookupTable } from '../../../kernel/lookup-table.ts';

/** "Elastic Load Balancing endpoints and quotas" (AWS General Reference): Route 53 hosted zones of Application Load Balancers. */
const zones: Readonly<Record<string, string>> = lookupTable({
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
  'ap-south-1': 'ZP97RAFLXTNZK',
  'ap-northeast-3': 'Z5LXEXXYW11ES',
  'ap-northeast-2': 'ZWKZPGTI48KDX',
  'ap-southeast-1': 'Z1LMS91P8CMLE5',
  'ap-southeast-2': 'Z1GM3OXH4ZPM65',
  'ap-northeast-1': 'Z14GRHDCWA56QT',
  'ca-central-1': 'ZQSVJUPU6J1EY',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-west-2': 'ZHURV8PSTC4K8',
  'eu-west-3': 'Z3Q77PNBQS71R4',
  'eu-north-1': 'Z23TAZ6LKFMNIO',
  'sa-east-1': 'Z2P70J7HTTTPLU',
});

export function canonicalHostedZone(region: string): string {
  return zones[region] ?? 'Z35SXDOTRQ7X7K';
}

/** The same page, of Network Load Balancers. */
const networkZones: Readonly<Record<string, string>> = lookupTable({
  'us-east-1': 'Z26RNL4JYFTOTI',
  'us-east-2': 'ZLMOA37VPKANP',
  'us-west-1': 'Z24FKFUX50B4VW',
  'us-west-2': 'Z18D5FSROUN65G',
  'eu-central-1': 'Z3F0SRJ5LGBH90',
  'eu-west-1': 'Z2IFOLAFXWLO4F',
});

export function networkHostedZone(region: string): string {
  return networkZones[region] ?? 'Z26RNL4JYFTOTI';
}
