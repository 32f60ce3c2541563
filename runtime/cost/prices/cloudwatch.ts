import { definePrices } from '../price-list.ts';

/** The page's prices are for a metric in every hour of a month. */
const monthHours = 730;
const unverified = 'not found again in what was read';

export default definePrices({
  service: 'cloudwatch',
  name: 'Amazon CloudWatch',
  page: 'https://aws.amazon.com/cloudwatch/pricing/',
  taken: '2026-11-21',
  checked: 'a copy of the page for the free tier, guides of 2026 that quote it for prices',
  regions: {
    'us-east-1': {
      'CW:MetricMonitorUsage': {
        about: 'Custom metrics',
        unit: 'metric-hours',
        per: monthHours,
        tiers: [
          { upTo: 10_000 * monthHours, usd: 0.3 },
          { upTo: 250_000 * monthHours, usd: 0.1 },
          { upTo: 1_000_000 * monthHours, usd: 0.05 },
          { usd: 0.02 },
        ],
        free: { amount: 10 * monthHours },
      },
      'CW:AlarmMonitorUsage': {
        about: 'Alarms, by metric',
        unit: 'alarm-months',
        time: 'month',
        tiers: [{ usd: 0.1 }],
        free: { amount: 10 },
      },
      'CW:HighResAlarmMonitorUsage': {
        about: 'High-resolution alarms, by metric',
        unit: 'alarm-months',
        time: 'month',
        tiers: [{ usd: 0.3 }],
      },
      'CW:CompositeAlarmMonitorUsage': {
        about: 'Composite alarms',
        unit: 'alarm-months',
        time: 'month',
        tiers: [{ usd: 0.5 }],
      },
      DashboardsUsageHour: {
        about: 'Dashboards',
        unit: 'dashboard-months',
        time: 'month',
        tiers: [{ usd: 3 }],
        free: { amount: 3 },
      },
      'CW:Requests': {
        about: 'API requests',
        unit: 'requests',
        per: 1000,
        tiers: [{ usd: 0.01 }],
        free: { amount: 1_000_000 },
        unverified,
      },
      'CW:GMD-Metrics': {
        about: 'Metrics asked for by GetMetricData',
        unit: 'metrics',
        per: 1000,
        tiers: [{ usd: 0.01 }],
        unverified,
      },
    },
  },
});
