import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { scalableDimensions, type TrackedMetric } from '../../../engines/scaling/scalable-dimensions.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';

/** How the instances are named that scaling adds; it removes no others ("Amazon Aurora Auto Scaling with Aurora Replicas"). */
const prefix = 'application-autoscaling-';

export function offerScalableReaders(kernel: Kernel): void {
  kernel.engine(scalableDimensions).offer({
    ServiceNamespace: 'rds',
    ScalableDimension: 'rds:cluster:ReadReplicaCount',
    capacityName: 'read replica count',
    isResource: (id) => /^cluster:[A-Za-z][A-Za-z0-9-]*$/.test(id),
    read: async (ctx, id) => (await readersOf(ctx, clusterOf(id)))?.readers.length,
    change,
    least: 0,
    takesSteps: true,
    cooldownSeconds: 300,
    metrics: {
      RDSReaderAverageCPUUtilization: readerMetric('CPUUtilization'),
      RDSReaderAverageDatabaseConnections: readerMetric('DatabaseConnections'),
    },
  });
}

function readerMetric(MetricName: string) {
  return (id: string): TrackedMetric => ({
    Namespace: 'AWS/RDS',
    MetricName,
    Dimensions: [
      { Name: 'DBClusterIdentifier', Value: clusterOf(id) },
      { Name: 'Role', Value: 'READER' },
    ],
    measures: 'average',
  });
}

const clusterOf = (id: string): string => id.slice('cluster:'.length).toLowerCase();

interface Cluster {
  writer: DBInstance | undefined;
  readers: DBInstance[];
}

/** Without those on their way out. Undefined when there is no such Aurora cluster. */
async function readersOf(ctx: Context, DBClusterIdentifier: string): Promise<Cluster | undefined> {
  const cluster = await clusterNamed(ctx, DBClusterIdentifier);
  if (!cluster) return undefined;
  const Filters = [{ Name: 'db-cluster-id', Values: [DBClusterIdentifier] }];
  const { DBInstances } = await ctx.call<{ DBInstances: DBInstance[] }>('rds', 'DescribeDBInstances', { Filters });
  const writes = cluster.DBClusterMembers?.find(({ IsClusterWriter }) => IsClusterWriter)?.DBInstanceIdentifier;
  const writer = DBInstances.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === writes) ?? DBInstances[0];
  const readers = DBInstances.filter((one) => one !== writer && one.DBInstanceStatus !== 'deleting');
  return { writer, readers };
}

async function clusterNamed(ctx: Context, DBClusterIdentifier: string): Promise<DBCluster | undefined> {
  try {
    const input = { DBClusterIdentifier };
    const { DBClusters } = await ctx.call<{ DBClusters: DBCluster[] }>('rds', 'DescribeDBClusters', input);
    return DBClusters[0]?.Engine?.startsWith('aurora') ? DBClusters[0] : undefined;
  } catch (error) {
    if (error instanceof AwsError && error.code.startsWith('DBClusterNotFound')) return undefined;
    throw error;
  }
}

/** New readers are of the writer's class; the newest of those that were added go first. */
async function change(ctx: Context, id: string, capacity: number): Promise<void> {
  const DBClusterIdentifier = clusterOf(id);
  const found = await readersOf(ctx, DBClusterIdentifier);
  if (!found) throw new AwsError('DBClusterNotFoundFault', `DBCluster ${DBClusterIdentifier} not found.`);
  const { writer, readers } = found;
  if (!writer)
    throw new AwsError('InvalidDBClusterStateFault', `DbCluster ${DBClusterIdentifier} has no primary instance yet.`);
  for (let count = readers.length; count < capacity; count += 1)
    await ctx.call('rds', 'CreateDBInstance', {
      DBInstanceIdentifier: `${prefix}${ctx.ids.uuid()}`,
      DBClusterIdentifier,
      DBInstanceClass: writer.DBInstanceClass,
      Engine: writer.Engine,
      PromotionTier: 15,
    });
  const surplus = readers.length - capacity;
  if (surplus <= 0) return;
  const added = readers
    .filter(({ DBInstanceIdentifier = '' }) => DBInstanceIdentifier.startsWith(prefix))
    .sort((a, b) => (b.InstanceCreateTime?.getTime() ?? 0) - (a.InstanceCreateTime?.getTime() ?? 0));
  for (const { DBInstanceIdentifier } of added.slice(0, surplus))
    await ctx.call('rds', 'DeleteDBInstance', { DBInstanceIdentifier, SkipFinalSnapshot: true });
  if (added.length < surplus)
    throw new AwsError(
      'InvalidDBClusterStateFault',
      `${surplus - added.length} of the readers of ${DBClusterIdentifier} were not added by scaling, which removes no others.`,
    );
}
