import { defineService, type Kernel, type OperationHandler, type Running } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import { announceEvents } from './behaviour/notices.ts';
import { listings, paged } from './behaviour/paging.ts';
import { resumeEverything } from './behaviour/resumption.ts';
import { offerScalableReaders } from './behaviour/scalable-readers.ts';
import { serverLogs } from './behaviour/server-logs.ts';
import { meterStorageRequests } from './behaviour/storage-requests.ts';
import { openTrustStore } from './behaviour/trust-store.ts';
import { standing } from './behaviour/usage.ts';
import { fidelity } from './fidelity.ts';
import * as automatedBackups from './operations/automated-backups.ts';
import * as clusterOperations from './operations/clusters.ts';
import * as eventSubscriptions from './operations/event-subscriptions.ts';
import * as instanceOperations from './operations/instances.ts';
import * as listing from './operations/listing.ts';
import * as logFiles from './operations/log-files.ts';
import * as offers from './operations/offers.ts';
import * as parameterGroupOperations from './operations/parameter-groups.ts';
import * as pointInTime from './operations/point-in-time.ts';
import * as power from './operations/power.ts';
import * as replicas from './operations/replicas.ts';
import * as restores from './operations/restores.ts';
import * as snapshotOperations from './operations/snapshots.ts';
import * as subnetGroupOperations from './operations/subnet-groups.ts';
import { DBClusterParameterGroup, DBParameterGroup } from './resources/parameter-group-type.ts';
import { DBCluster, DBInstance, DBSubnetGroup } from './resources/types.ts';

const operations = {
  ...clusterOperations,
  ...instanceOperations,
  ...snapshotOperations,
  ...restores,
  ...replicas,
  ...pointInTime,
  ...automatedBackups,
  ...power,
  ...subnetGroupOperations,
  ...parameterGroupOperations,
  ...listing,
  ...eventSubscriptions,
  ...offers,
  ...logFiles,
};

export default defineService({
  name: 'rds',
  actionPrefix: 'rds',
  // What these files share among themselves begins in lower case.
  operations: Object.fromEntries(
    (Object.entries(operations) as [string, OperationHandler][])
      .filter(([name]) => /^[A-Z]/.test(name))
      .map(([name, handler]) => [name, listings.includes(name) ? paged(handler) : handler]),
  ),
  accessDenied: { code: 'AccessDenied', status: 403 },
  resources: [DBCluster, DBInstance, DBSubnetGroup, DBParameterGroup, DBClusterParameterGroup],
  // Databases have interfaces that EC2 keeps, and tell what happens to them.
  dependencies: ['secretsmanager', 'ec2', 'sns', 'events', 'logs'],
  authorization: authorize,
  usage: { standing },
  start,
  fidelity,
});

async function start(kernel: Kernel): Promise<Running> {
  openTrustStore(kernel);
  offerScalableReaders(kernel);
  meterStorageRequests(kernel);
  const untold = announceEvents(kernel);
  await resumeEverything(kernel);
  return {
    stop: () => {
      untold();
      kernel.engine(serverLogs).closed = true;
    },
  };
}
