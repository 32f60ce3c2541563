export type SourceType = 'db-cluster' | 'db-instance' | 'db-cluster-snapshot' | 'db-snapshot';

interface Kind {
  source: SourceType;
  id: string;
  category: string;
  /** `%s` is what the event is about. */
  message: string;
}

const kind = (source: SourceType, number: string, category: string, message: string): Kind => ({
  source,
  id: `RDS-EVENT-${number}`,
  category,
  message,
});

/** "Amazon RDS event categories and event messages": those that can happen here. */
export const eventKinds = {
  instanceCreated: kind('db-instance', '0005', 'creation', 'DB instance created'),
  instanceDeleted: kind('db-instance', '0003', 'deletion', 'DB instance deleted'),
  instanceShutDown: kind('db-instance', '0004', 'availability', 'DB instance shutdown'),
  instanceRestarted: kind('db-instance', '0006', 'availability', 'DB instance restarted'),
  instanceStopped: kind('db-instance', '0087', 'notification', 'DB instance stopped'),
  instanceStarted: kind('db-instance', '0088', 'notification', 'DB instance started'),
  instanceFailedOver: kind('db-instance', '0049', 'failover', 'Multi-AZ instance failover completed'),
  instanceFailed: kind(
    'db-instance',
    '0031',
    'failure',
    'DB instance put into failed state. RDS recommends that you initiate a point-in-time-restore. %s',
  ),
  instanceIncompatible: kind(
    'db-instance',
    '0035',
    'failure',
    'Database instance put into incompatible-parameters. %s',
  ),
  instanceUnreachable: kind('db-instance', '0036', 'failure', 'Database instance put into incompatible-network. %s'),
  instancePromoted: kind('db-instance', '0045', 'read replica', 'Replication has stopped.'),
  clusterCreated: kind('db-cluster', '0170', 'creation', 'DB cluster created'),
  clusterDeleted: kind('db-cluster', '0171', 'deletion', 'DB cluster deleted'),
  clusterStopped: kind('db-cluster', '0150', 'notification', 'DB cluster stopped'),
  clusterStarted: kind('db-cluster', '0151', 'notification', 'DB cluster started'),
  clusterFailedOver: kind('db-cluster', '0071', 'failover', 'Completed failover to DB instance: %s'),
  clusterNotRestored: kind('db-cluster', '0354', 'failure', "You can't create the DB cluster because of %s"),
  clusterSnapshotCreated: kind('db-cluster-snapshot', '0075', 'backup', 'Manual cluster snapshot created'),
  clusterSnapshotAutomated: kind('db-cluster-snapshot', '0169', 'backup', 'Automated cluster snapshot created'),
  snapshotCreated: kind('db-snapshot', '0042', 'creation', 'Manual snapshot created'),
  snapshotAutomated: kind('db-snapshot', '0091', 'creation', 'Automated snapshot created'),
} as const;

export type EventKind = keyof typeof eventKinds;

/** "DescribeEventCategories": of each source. */
export function categoriesOf(source: SourceType): string[] {
  const own = Object.values(eventKinds).filter((one) => one.source === source);
  return [...new Set<string>(own.map(({ category }) => category))].sort();
}

export const sources: readonly SourceType[] = ['db-instance', 'db-cluster', 'db-snapshot', 'db-cluster-snapshot'];
