import { lookupTable } from '../../kernel/lookup-table.ts';
import { definePrices, type Price } from '../price-list.ts';

const unverified = 'not found again in what was read';

/** US dollars an hour, Single-AZ; Multi-AZ is twice as much. */
const postgres: Readonly<Record<string, number>> = lookupTable({
  't3.micro': 0.018,
  't3.small': 0.036,
  't3.medium': 0.072,
  't3.large': 0.145,
  't3.xlarge': 0.29,
  't3.2xlarge': 0.579,
  't4g.micro': 0.016,
  't4g.small': 0.032,
  't4g.medium': 0.065,
  't4g.large': 0.129,
  't4g.xlarge': 0.258,
  't4g.2xlarge': 0.517,
  'm5.large': 0.178,
  'm5.xlarge': 0.356,
  'm5.2xlarge': 0.712,
  'm6g.large': 0.159,
  'm6g.xlarge': 0.318,
  'm6g.2xlarge': 0.636,
  'm6i.large': 0.178,
  'm6i.xlarge': 0.356,
  'm7g.large': 0.168,
  'm7g.xlarge': 0.337,
  'r5.large': 0.25,
  'r5.xlarge': 0.5,
  'r6g.large': 0.225,
  'r6g.xlarge': 0.45,
  'r6g.2xlarge': 0.899,
  'r6i.large': 0.25,
  'r7g.large': 0.239,
});
const aurora: Readonly<Record<string, number>> = lookupTable({
  't3.medium': 0.082,
  't3.large': 0.164,
  't4g.medium': 0.073,
  't4g.large': 0.146,
  'r5.large': 0.29,
  'r5.xlarge': 0.58,
  'r5.2xlarge': 1.16,
  'r6g.large': 0.26,
  'r6g.xlarge': 0.519,
  'r6g.2xlarge': 1.038,
  'r6g.4xlarge': 2.076,
  'r6i.large': 0.29,
  'r6i.xlarge': 0.58,
  'r7g.large': 0.276,
  'r7g.xlarge': 0.553,
});
/** Guides of 2026 quote these. */
const found = new Set(['t4g.micro', 't4g.small', 't4g.medium']);

const hourly = (about: string, usd: number, verified: boolean): Price => ({
  about,
  unit: 'instance-hours',
  time: 'hour',
  tiers: [{ usd }],
  ...(verified ? {} : { unverified }),
});
const monthly = (about: string, usd: number, verified = true): Price => ({
  about,
  unit: 'GB-months',
  time: 'month',
  tiers: [{ usd }],
  ...(verified ? {} : { unverified }),
});
const each = (list: Readonly<Record<string, number>>, price: (name: string, usd: number) => Record<string, Price>) =>
  Object.assign({}, ...Object.entries(list).map(([name, usd]) => price(name, usd))) as Record<string, Price>;

export default definePrices({
  service: 'rds',
  name: 'Amazon RDS and Aurora',
  page: 'https://aws.amazon.com/rds/postgresql/pricing/',
  taken: '2026-11-21',
  checked: 'guides of 2026 that quote the page',
  regions: {
    'us-east-1': {
      ...each(postgres, (name, usd) => ({
        [`InstanceUsage:db.${name}`]: hourly(`PostgreSQL on db.${name}`, usd, found.has(name)),
        [`Multi-AZUsage:db.${name}`]: hourly(`PostgreSQL on db.${name}, Multi-AZ`, usd * 2, found.has(name)),
      })),
      ...each(aurora, (name, usd) => ({
        [`Aurora:InstanceUsage:db.${name}`]: hourly(`Aurora PostgreSQL on db.${name}`, usd, false),
        [`Aurora:InstanceUsageIOOptimized:db.${name}`]: hourly(
          `Aurora PostgreSQL on db.${name}, I/O-Optimized`,
          Number((usd * 1.3).toFixed(4)),
          false,
        ),
      })),
      'Aurora:ServerlessV2Usage': { ...hourly('Aurora Serverless v2', 0.12, false), unit: 'ACU-hours' },
      'Aurora:ServerlessV2IOOptimizedUsage': {
        ...hourly('Aurora Serverless v2, I/O-Optimized', 0.156, false),
        unit: 'ACU-hours',
      },
      'RDS:GP2-Storage': monthly('General purpose storage (gp2)', 0.115),
      'RDS:GP3-Storage': monthly('General purpose storage (gp3)', 0.115),
      'RDS:StorageUsage': monthly('Magnetic storage', 0.1, false),
      'RDS:Multi-AZ-GP2-Storage': monthly('General purpose storage (gp2), Multi-AZ', 0.23),
      'RDS:Multi-AZ-GP3-Storage': monthly('General purpose storage (gp3), Multi-AZ', 0.23),
      'RDS:Multi-AZ-StorageUsage': monthly('Magnetic storage, Multi-AZ', 0.2, false),
      'RDS:ChargedBackupUsage': monthly('Snapshots beyond the storage of the databases', 0.095),
      'Aurora:StorageUsage': monthly('Aurora storage', 0.1),
      'Aurora:IO-OptimizedStorageUsage': monthly('Aurora storage, I/O-Optimized', 0.225, false),
      'Aurora:BackupUsage': monthly('Aurora snapshots', 0.021),
      'Aurora:StorageIOUsage': {
        about: 'Aurora I/O requests',
        unit: 'requests',
        per: 1_000_000,
        tiers: [{ usd: 0.2 }],
      },
    },
  },
});
