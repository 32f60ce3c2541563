import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Instance } from '@aws-sdk/client-ec2';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { MapNode } from './architecture.ts';
import type { Deployed } from './resource-index.ts';

export interface LiveStates {
  stateOf(one: Deployed): Pick<MapNode, 'state' | 'reason'>;
  alarmsOf(one: Deployed): string[];
  instances: LiveInstance[];
}

export interface LiveInstance {
  id: string;
  state: MapNode['state'];
  reason: string;
  subnetId: string;
  region: string;
  /** Name of the Auto Scaling group that started it. */
  group: string;
  stack: string;
}

/** How things are now: by their stack, by what EC2 and RDS say of instances, by the alarms that watch them. */
export async function liveStates(kernel: Kernel, ctx: Context, all: Deployed[]): Promise<LiveStates> {
  const regions = [...new Set(all.map(({ stack }) => stack.region))];
  const instances = (await Promise.all(regions.map((region) => instancesOf(kernel, ctx, region)))).flat();
  const databases = await databaseStates(kernel, ctx, { regions, all });
  const alarms = (await Promise.all(regions.map((region) => ringing(kernel, ctx, region)))).flat();
  return {
    instances,
    stateOf(one) {
      const physicalId = one.resource.PhysicalResourceId ?? '';
      const instance = instances.find(({ id }) => id === physicalId);
      if (instance) return { state: instance.state, reason: instance.reason };
      const database = databases.get(physicalId);
      if (database !== undefined) return byWord(database);
      const watching = alarmsOf(one, alarms);
      const state = byStack(one);
      return state.state === 'healthy' && watching.length > 0
        ? { state: 'impaired', reason: `alarm ${watching.join(', ')}` }
        : state;
    },
    alarmsOf: (one) => alarmsOf(one, alarms),
  };
}

function byStack({ resource }: Deployed): Pick<MapNode, 'state' | 'reason'> {
  const { ResourceStatus, ResourceStatusReason = '' } = resource;
  if (ResourceStatus.endsWith('_FAILED')) return { state: 'dead', reason: ResourceStatusReason };
  if (ResourceStatus.endsWith('_IN_PROGRESS')) return { state: 'starting', reason: ResourceStatus };
  return { state: 'healthy', reason: '' };
}

/** What the APIs call the state of an instance or a database. */
function byWord(word: string): Pick<MapNode, 'state' | 'reason'> {
  if (word === 'running' || word === 'available') return { state: 'healthy', reason: word };
  if (
    /^(pending|creating|starting|rebooting|modifying|backing-up|configuring.*|promoting|upgrading|renaming)$/.test(word)
  )
    return { state: 'starting', reason: word };
  return {
    state: word === 'failed' || /^(shutting|terminat|stop|delet)/.test(word) ? 'dead' : 'impaired',
    reason: word,
  };
}

function runs(kernel: Kernel, service: string): boolean {
  return kernel.engine(registry).services.has(service);
}

async function instancesOf(kernel: Kernel, ctx: Context, region: string): Promise<LiveInstance[]> {
  if (!runs(kernel, 'ec2')) return [];
  const { Reservations = [] } = await ctx.call<{ Reservations?: { Instances?: Instance[] }[] }>(
    'ec2',
    'DescribeInstances',
    {},
    { region },
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => State?.Name !== 'terminated')
    .map(({ InstanceId = '', State, SubnetId = '', Tags = [] }) => {
      const tag = (key: string): string => Tags.find(({ Key }) => Key === key)?.Value ?? '';
      return {
        id: InstanceId,
        ...byWord(State?.Name ?? ''),
        subnetId: SubnetId,
        region,
        group: tag('aws:autoscaling:groupName'),
        stack: tag('aws:cloudformation:stack-name'),
      };
    });
}

async function databaseStates(
  kernel: Kernel,
  ctx: Context,
  { regions, all }: { regions: string[]; all: Deployed[] },
): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  if (!runs(kernel, 'rds') || !all.some(({ resource }) => resource.ResourceType.startsWith('AWS::RDS::DB')))
    return states;
  for (const region of regions) {
    const { DBInstances = [] } = await ctx.call<{
      DBInstances?: { DBInstanceIdentifier?: string; DBInstanceStatus?: string }[];
    }>('rds', 'DescribeDBInstances', {}, { region });
    const { DBClusters = [] } = await ctx.call<{ DBClusters?: { DBClusterIdentifier?: string; Status?: string }[] }>(
      'rds',
      'DescribeDBClusters',
      {},
      { region },
    );
    for (const one of DBInstances) states.set(one.DBInstanceIdentifier ?? '', one.DBInstanceStatus ?? '');
    for (const one of DBClusters) states.set(one.DBClusterIdentifier ?? '', one.Status ?? '');
  }
  return states;
}

async function ringing(kernel: Kernel, ctx: Context, region: string): Promise<MetricAlarm[]> {
  if (!runs(kernel, 'cloudwatch')) return [];
  const { MetricAlarms = [] } = await ctx.call<{ MetricAlarms?: MetricAlarm[] }>(
    'cloudwatch',
    'DescribeAlarms',
    { StateValue: 'ALARM', MaxRecords: 100 },
    { region },
  );
  return MetricAlarms;
}

/** An alarm watches what its metric's dimensions name. */
function alarmsOf({ resource }: Deployed, alarms: MetricAlarm[]): string[] {
  const { PhysicalResourceId = '', attributes } = resource;
  const names = new Set([PhysicalResourceId, ...Object.values(attributes)]);
  return alarms
    .filter(({ Dimensions = [], Metrics = [] }) =>
      [...Dimensions, ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric?.Dimensions ?? [])].some(
        ({ Value }) => Value !== undefined && Value !== '' && names.has(Value),
      ),
    )
    .map(({ AlarmName = '' }) => AlarmName);
}
