import { databases } from '../../engines/databases/databases.ts';
import { defineService, type Kernel, type OperationHandler, type Running } from '../../kernel/service.ts';
import { fleet } from './behaviour/fleet.ts';
import { clusterNames, instanceName, listenerOf } from './behaviour/groups.ts';
import { moveIn } from './behaviour/housing.ts';
import { openTrustStore } from './behaviour/trust-store.ts';
import { fidelity } from './fidelity.ts';
import * as clusterOperations from './operations/clusters.ts';
import * as instanceOperations from './operations/instances.ts';
import * as listing from './operations/listing.ts';
import * as parameterGroupOperations from './operations/parameter-groups.ts';
import * as restores from './operations/restores.ts';
import * as snapshotOperations from './operations/snapshots.ts';
import * as subnetGroupOperations from './operations/subnet-groups.ts';
import { DBClusterParameterGroup, DBParameterGroup } from './resources/parameter-group-type.ts';
import { DBCluster, DBInstance, DBSubnetGroup } from './resources/types.ts';
import { clusters, instances } from './state.ts';

const operations = {
  ...clusterOperations,
  ...instanceOperations,
  ...snapshotOperations,
  ...restores,
  ...subnetGroupOperations,
  ...parameterGroupOperations,
  ...listing,
};

export default defineService({
  name: 'rds',
  actionPrefix: 'rds',
  // What these files share among themselves begins in lower case.
  operations: Object.fromEntries(Object.entries<unknown>(operations).filter(([name]) => /^[A-Z]/.test(name))) as Record<
    string,
    OperationHandler
  >,
  accessDenied: { code: 'AccessDenied', status: 403 },
  resources: [DBCluster, DBInstance, DBSubnetGroup, DBParameterGroup, DBClusterParameterGroup],
  // Databases have interfaces that EC2 keeps.
  dependencies: ['secretsmanager', 'ec2'],
  start,
  fidelity,
});

/** Databases that ran when the runtime ended run again; endpoints answer where they did. */
async function start(kernel: Kernel): Promise<Running> {
  openTrustStore(kernel);
  for (const scope of kernel.store.scopes('rds.clusters')) {
    for (const { DBClusterIdentifier, groupId, Port } of clusters({ kernel, scope }).values()) {
      const { writer, reader } = clusterNames(scope, DBClusterIdentifier);
      await kernel.engine(fleet).expose(writer, groupId, 'writer', Port);
      await kernel.engine(fleet).expose(reader, groupId, 'reader', Port);
    }
  }
  const resumed = new Set<string>();
  for (const scope of kernel.store.scopes('rds.instances')) {
    for (const record of instances({ kernel, scope }).values()) {
      const { DBInstanceIdentifier, DBClusterIdentifier, groupId, Port, Status } = record;
      const role = DBClusterIdentifier === undefined ? 'writer' : { member: DBInstanceIdentifier };
      await kernel.engine(fleet).expose(instanceName(scope, DBInstanceIdentifier), groupId, role, Port);
      await moveIn(kernel, scope, record);
      if (Status !== 'available' || resumed.has(groupId)) continue;
      resumed.add(groupId);
      kernel
        .engine(fleet)
        .begin(
          groupId,
          async () => void (await kernel.engine(databases).resume(groupId, listenerOf(kernel, scope, groupId))),
        );
    }
  }
  return { stop: () => undefined };
}
