import { cpSync, mkdirSync, rmSync } from 'node:fs';
import type {
  CreateDBClusterSnapshotCommandInput,
  CreateDBSnapshotCommandInput,
  DeleteDBClusterSnapshotCommandInput,
  DeleteDBSnapshotCommandInput,
  DescribeDBClusterSnapshotsCommandInput,
  DescribeDBSnapshotsCommandInput,
} from '@aws-sdk/client-rds';
import { databases } from '../../../engines/databases/databases.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { tell } from '../behaviour/events.ts';
import { fleet } from '../behaviour/fleet.ts';
import { identifierOf } from '../behaviour/input-rules.ts';
import {
  automatedSnapshot,
  instanceSnapshotExists,
  instanceSnapshotNotFound,
  invalidClusterState,
  invalidInstanceState,
  invalidParameter,
  snapshotExists,
  snapshotNotFound,
} from '../errors.ts';
import { arnOf, type ClusterRecord, type InstanceRecord, type SnapshotRecord, snapshots, type Tag } from '../state.ts';
import { findCluster } from './clusters.ts';
import { findInstance } from './instances.ts';

export async function CreateDBClusterSnapshot(ctx: Context, input: CreateDBClusterSnapshotCommandInput) {
  const cluster = findCluster(ctx, input.DBClusterIdentifier);
  const snapshot = await takeClusterSnapshot(ctx, cluster, input.DBClusterSnapshotIdentifier, input.Tags ?? []);
  return { DBClusterSnapshot: { ...describeCluster(snapshot), Status: 'creating' } };
}

export async function CreateDBSnapshot(ctx: Context, input: CreateDBSnapshotCommandInput) {
  const instance = findInstance(ctx, input.DBInstanceIdentifier);
  if (instance.DBClusterIdentifier !== undefined)
    throw invalidClusterState(
      'The specified instance is a member of a cluster and a snapshot cannot be created directly.',
    );
  if (instance.source !== undefined)
    throw refused('rds snapshot of a read replica', 'take one of its source, or promote it first.');
  const snapshot = await takeInstanceSnapshot(ctx, instance, input.DBSnapshotIdentifier, input.Tags ?? []);
  return { DBSnapshot: { ...describeInstance(snapshot), Status: 'creating' } };
}

export function DescribeDBClusterSnapshots(ctx: Context, input: DescribeDBClusterSnapshotsCommandInput) {
  const asked = input.DBClusterSnapshotIdentifier;
  const found = asked === undefined ? every(ctx, 'cluster') : [findSnapshot(ctx, 'cluster', asked)];
  const of = input.DBClusterIdentifier;
  const wanted = ofType(input.SnapshotType);
  return {
    DBClusterSnapshots: found.filter((one) => (of === undefined || one.of === of) && wanted(one)).map(describeCluster),
  };
}

export function DescribeDBSnapshots(ctx: Context, input: DescribeDBSnapshotsCommandInput) {
  const asked = input.DBSnapshotIdentifier;
  const found = asked === undefined ? every(ctx, 'instance') : [findSnapshot(ctx, 'instance', asked)];
  const of = input.DBInstanceIdentifier;
  const wanted = ofType(input.SnapshotType);
  return {
    DBSnapshots: found.filter((one) => (of === undefined || one.of === of) && wanted(one)).map(describeInstance),
  };
}

export function DeleteDBClusterSnapshot(ctx: Context, input: DeleteDBClusterSnapshotCommandInput) {
  const snapshot = forget(ctx, findSnapshot(ctx, 'cluster', input.DBClusterSnapshotIdentifier));
  return { DBClusterSnapshot: { ...describeCluster(snapshot), Status: 'deleted' } };
}

export function DeleteDBSnapshot(ctx: Context, input: DeleteDBSnapshotCommandInput) {
  const snapshot = forget(ctx, findSnapshot(ctx, 'instance', input.DBSnapshotIdentifier));
  return { DBSnapshot: { ...describeInstance(snapshot), Status: 'deleted' } };
}

export function findSnapshot(ctx: Context, kind: SnapshotRecord['kind'], id: string | undefined): SnapshotRecord {
  const name = String(id)
    .replace(/^arn:.*snapshot:/, '')
    .toLowerCase();
  const found = snapshots(ctx).get(`${kind} ${name}`);
  if (!found) throw kind === 'cluster' ? snapshotNotFound(name) : instanceSnapshotNotFound(name);
  return found;
}

export function takeClusterSnapshot(ctx: Context, owner: ClusterRecord, id: string | undefined, tags: Tag[]) {
  return take(ctx, { kind: 'cluster', of: owner.DBClusterIdentifier, owner, id, tags, volume: owner.volume });
}

export function takeInstanceSnapshot(ctx: Context, owner: InstanceRecord, id: string | undefined, tags: Tag[]) {
  return take(ctx, { kind: 'instance', of: owner.DBInstanceIdentifier, owner, id, tags, volume: undefined });
}

interface Taking {
  kind: SnapshotRecord['kind'];
  of: string;
  owner: ClusterRecord | InstanceRecord;
  id: string | undefined;
  tags: Tag[];
  volume: string | undefined;
}

/** It is whole when the answer is given: a copy of what was committed by then. */
async function take(ctx: Context, { kind, of, owner, id, tags, volume }: Taking): Promise<SnapshotRecord> {
  const name = identifierOf(id, 'DBSnapshotIdentifier');
  const key = `${kind} ${name}`;
  if (snapshots(ctx).has(key)) throw kind === 'cluster' ? snapshotExists(name) : instanceSnapshotExists(name);
  await ctx.engine(fleet).settled(owner.groupId);
  const engine = ctx.engine(databases);
  const folder = engine.backupFolder(`snapshot-${ctx.ids.lower(16)}`);
  const group = engine.group(owner.groupId);
  if (group || owner.Status === 'stopped') await engine.backup(owner.groupId, folder);
  else if (volume !== undefined) cpSync(volume, folder, { recursive: true });
  // Nothing was ever written: what is restored from it begins empty, with the same master.
  else if (kind === 'cluster') mkdirSync(folder, { recursive: true });
  else throw invalidInstanceState(`${of} is not running, so no snapshot can be taken of it.`);
  const arn = arnOf(ctx, kind === 'cluster' ? 'cluster-snapshot' : 'snapshot', name);
  const record: SnapshotRecord = { id: name, arn, kind, of, createdMs: ctx.clock.now(), folder, owner, Tags: tags };
  snapshots(ctx).put(key, record);
  tell(ctx, ctx, kind === 'cluster' ? 'clusterSnapshotCreated' : 'snapshotCreated', name);
  return record;
}

/** "If you don't specify a SnapshotType value, then both automated and manual snapshots are returned." */
function ofType(type: string | undefined): (snapshot: SnapshotRecord) => boolean {
  if (type !== undefined && !/^(automated|manual|shared|public|awsbackup)$/.test(type))
    throw invalidParameter(`Invalid snapshot type: ${type}`);
  return ({ moment }) => type === undefined || type === (moment ? 'automated' : 'manual');
}

function every(ctx: Context, kind: SnapshotRecord['kind']): SnapshotRecord[] {
  return snapshots(ctx)
    .values()
    .filter((one) => one.kind === kind);
}

function forget(ctx: Context, snapshot: SnapshotRecord): SnapshotRecord {
  if (snapshot.moment) throw automatedSnapshot(snapshot.kind);
  snapshots(ctx).delete(`${snapshot.kind} ${snapshot.id}`);
  rmSync(snapshot.folder, { recursive: true, force: true });
  return snapshot;
}

function describeCluster({ id, arn, of, owner, moment, createdMs, Tags }: SnapshotRecord) {
  return {
    DBClusterSnapshotIdentifier: id,
    DBClusterSnapshotArn: arn,
    DBClusterIdentifier: of,
    ...shared(owner, moment !== undefined),
    SnapshotCreateTime: new Date(createdMs),
    TagList: Tags,
  };
}

function describeInstance({ id, arn, of, owner, moment, createdMs, Tags }: SnapshotRecord) {
  return {
    DBSnapshotIdentifier: id,
    DBSnapshotArn: arn,
    DBInstanceIdentifier: of,
    ...shared(owner, moment !== undefined),
    Encrypted: owner.StorageEncrypted,
    SnapshotCreateTime: new Date(createdMs),
    TagList: Tags,
  };
}

function shared({ Engine, EngineVersion, MasterUsername, Port }: ClusterRecord | InstanceRecord, automated: boolean) {
  return {
    Engine,
    EngineVersion,
    MasterUsername,
    Port,
    Status: 'available',
    SnapshotType: automated ? 'automated' : 'manual',
    PercentProgress: 100,
  };
}
