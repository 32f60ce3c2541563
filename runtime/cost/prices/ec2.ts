import { definePrices } from '../price-list.ts';

const unverified = 'not found again in what was read';

/** On-Demand Linux by the hour: within a family a price goes with the size. T2's smaller sizes are rounded by AWS. */
const hourly: readonly [family: string, usdLarge: number, verified?: 'verified'][] = [
  ['t3', 0.0832, 'verified'],
  ['t3a', 0.0752],
  ['t4g', 0.0672],
  ['m5', 0.096, 'verified'],
  ['m6i', 0.096],
  ['m7g', 0.0816],
  ['c5', 0.085],
  ['c6i', 0.085],
  ['r5', 0.126],
];
const sizes = { nano: 1 / 16, micro: 1 / 8, small: 1 / 4, medium: 1 / 2, large: 1, xlarge: 2, '2xlarge': 4 };
const t2 = { nano: 0.0058, micro: 0.0116, small: 0.023, medium: 0.0464, large: 0.0928 };

const instance = (type: string, usd: number, verified?: string) => [
  `BoxUsage:${type}`,
  {
    about: `${type} On-Demand, Linux`,
    unit: 'instance-hours',
    time: 'hour' as const,
    tiers: [{ usd: Number(usd.toFixed(6)) }],
    ...(verified ? {} : { unverified }),
  },
];

const volume = (type: string, usd: number) => [
  `EBS:VolumeUsage.${type}`,
  { about: `EBS ${type} storage`, unit: 'GB-months', time: 'month' as const, tiers: [{ usd }], unverified },
];

export default definePrices({
  service: 'ec2',
  name: 'Amazon EC2 and VPC',
  page: 'https://aws.amazon.com/ec2/pricing/on-demand/',
  taken: '2026-11-21',
  checked: 'guides of 2026 that quote the page',
  regions: {
    'us-east-1': {
      ...Object.fromEntries(
        hourly.flatMap(([family, usd, verified]) =>
          Object.entries(sizes).map(([size, factor]) => instance(`${family}.${size}`, usd * factor, verified)),
        ),
      ),
      ...Object.fromEntries(Object.entries(t2).map(([size, usd]) => instance(`t2.${size}`, usd))),
      ...Object.fromEntries(
        Object.entries({ gp3: 0.08, gp2: 0.1, io1: 0.125, io2: 0.125, st1: 0.045, sc1: 0.015 }).map(([type, usd]) =>
          volume(type, usd),
        ),
      ),
      'EBS:VolumeP-IOPS.gp3': {
        about: 'EBS gp3 IOPS above 3,000',
        unit: 'IOPS-months',
        time: 'month',
        tiers: [{ usd: 0.005 }],
        unverified,
      },
      'EBS:VolumeP-Throughput.gp3': {
        about: 'EBS gp3 throughput above 125 MiB/s',
        unit: 'MiBps-months',
        time: 'month',
        tiers: [{ usd: 0.04 }],
        unverified,
      },
      'EBS:SnapshotUsage': {
        about: 'EBS snapshots',
        unit: 'GB-months',
        time: 'month',
        tiers: [{ usd: 0.05 }],
        unverified,
      },
      'NatGateway-Hours': { about: 'NAT gateways', unit: 'hours', time: 'hour', tiers: [{ usd: 0.045 }] },
      'NatGateway-Bytes': { about: 'Data processed by NAT gateways', unit: 'GB', tiers: [{ usd: 0.045 }] },
      'PublicIPv4:InUseAddress': {
        about: 'Public IPv4 addresses in use',
        unit: 'address-hours',
        time: 'hour',
        tiers: [{ usd: 0.005 }],
        unverified,
      },
      'PublicIPv4:IdleAddress': {
        about: 'Public IPv4 addresses not in use',
        unit: 'address-hours',
        time: 'hour',
        tiers: [{ usd: 0.005 }],
        unverified,
      },
      'VpcEndpoint-Bytes': {
        about: 'Data processed by interface endpoints',
        unit: 'GB',
        tiers: [{ upTo: 1_048_576, usd: 0.01 }, { upTo: 5_242_880, usd: 0.006 }, { usd: 0.004 }],
        unverified,
      },
      'VpcEndpoint-Hours': {
        about: 'Interface endpoints, by zone',
        unit: 'endpoint-hours',
        time: 'hour',
        tiers: [{ usd: 0.01 }],
        unverified,
      },
    },
  },
});
