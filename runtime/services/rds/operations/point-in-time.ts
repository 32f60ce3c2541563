import type {
  RestoreDBClusterToPointInTimeCommandInput,
  RestoreDBInstanceToPointInTimeCommandInput,
} from '@aws-sdk/client-rds';
import type { Context } from '../../../kernel/service.ts';
import { restoreWindow } from '../behaviour/backups.ts';
import { type AnyOwner, nameOf } from '../behaviour/owners.ts';
import {
  automatedBackupNotFound,
  invalidCombination,
  invalidInstanceState,
  invalidParameter,
  noAutomatedBackups,
} from '../errors.ts';
import {
  type ClusterRecord,
  clusters,
  type InstanceRecord,
  instances,
  type Moment,
  type RetainedRecord,
  retained,
} from '../state.ts';
import { findCluster } from './clusters.ts';
import { findInstance } from './instances.ts';
import { restoredCluster, restoredInstance } from './restores.ts';

export async function RestoreDBClusterToPointInTime(ctx: Context, input: RestoreDBClusterToPointInTimeCommandInput) {
  const { RestoreType = 'full-copy', SourceDBClusterIdentifier, SourceDbClusterResourceId } = input;
  if (RestoreType !== 'full-copy' && RestoreType !== 'copy-on-write')
    throw invalidParameter(`Invalid restore type: ${RestoreType}`);
  if (RestoreType === 'copy-on-write' && input.RestoreToTime !== undefined)
    throw invalidCombination('RestoreToTime cannot be specified when RestoreType is copy-on-write.');
  if ((SourceDBClusterIdentifier === undefined) === (SourceDbClusterResourceId === undefined))
    throw invalidCombination('Specify either SourceDBClusterIdentifier or SourceDbClusterResourceId.');
  const source =
    SourceDBClusterIdentifier === undefined
      ? (byResource(ctx, 'cluster', SourceDbClusterResourceId) as ClusterRecord)
      : findCluster(ctx, SourceDBClusterIdentifier);
  const latest = input.UseLatestRestorableTime || RestoreType === 'copy-on-write';
  const moment = momentOf(ctx, source, { latest, time: input.RestoreToTime });
  return restoredCluster(ctx, input, source, { moment });
}

export async function RestoreDBInstanceToPointInTime(ctx: Context, input: RestoreDBInstanceToPointInTimeCommandInput) {
  const { SourceDBInstanceIdentifier: id, SourceDbiResourceId, SourceDBInstanceAutomatedBackupsArn: arn } = input;
  if ([id, SourceDbiResourceId, arn].filter((one) => one !== undefined).length !== 1)
    throw invalidCombination(
      'Specify one of SourceDBInstanceIdentifier, SourceDbiResourceId, and SourceDBInstanceAutomatedBackupsArn.',
    );
  const resource = SourceDbiResourceId ?? arn?.replace(/^arn:.*:auto-backup:ab-/, 'db-').toUpperCase();
  const source =
    id === undefined
      ? (byResource(ctx, 'instance', resource?.replace(/^db-/i, 'db-')) as InstanceRecord)
      : findInstance(ctx, id);
  if (source.DBClusterIdentifier !== undefined)
    throw invalidInstanceState(
      `${source.DBInstanceIdentifier} is a member of a cluster; restore the cluster to a point in time instead.`,
    );
  const moment = momentOf(ctx, source, { latest: input.UseLatestRestorableTime, time: input.RestoreTime });
  const { TargetDBInstanceIdentifier: DBInstanceIdentifier, ...rest } = input;
  return restoredInstance(ctx, { ...rest, DBInstanceIdentifier }, source, { moment });
}

function momentOf(
  ctx: Context,
  source: AnyOwner,
  { latest, time }: { latest: boolean | undefined; time: Date | undefined },
): Moment {
  if (Boolean(latest) === (time !== undefined))
    throw invalidCombination('Specify either RestoreToTime or UseLatestRestorableTime.');
  const window = restoreWindow(ctx, source);
  if (!window) throw noAutomatedBackups(nameOf(source));
  const cloudMs = time?.getTime() ?? window.latestMs;
  const say = (ms: number): string => new Date(ms).toISOString();
  if (cloudMs < window.earliestMs || cloudMs > window.latestMs)
    throw invalidParameter(
      `${say(cloudMs)} is not a restorable time: ${nameOf(source)} can be restored to times from ${say(window.earliestMs)} to ${say(window.latestMs)}.`,
    );
  return { groupId: source.groupId, cloudMs };
}

/** Of databases there are, or whose automated backups were retained. */
function byResource(ctx: Context, kind: RetainedRecord['kind'], groupId: string | undefined): AnyOwner {
  const standing: AnyOwner[] = kind === 'cluster' ? clusters(ctx).values() : instances(ctx).values();
  const kept = retained(ctx).get(String(groupId));
  const found = standing.find((one) => one.groupId === groupId) ?? (kept?.kind === kind ? kept.owner : undefined);
  if (!found) throw automatedBackupNotFound(kind, String(groupId));
  return found;
}
