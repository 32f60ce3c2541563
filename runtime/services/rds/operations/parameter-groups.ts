import type {
  CreateDBClusterParameterGroupCommandInput,
  CreateDBParameterGroupCommandInput,
  DeleteDBClusterParameterGroupCommandInput,
  DeleteDBParameterGroupCommandInput,
  DescribeDBClusterParameterGroupsCommandInput,
  DescribeDBClusterParametersCommandInput,
  DescribeDBParameterGroupsCommandInput,
  DescribeDBParametersCommandInput,
  ModifyDBClusterParameterGroupCommandInput,
  ModifyDBParameterGroupCommandInput,
  Parameter,
  ResetDBClusterParameterGroupCommandInput,
  ResetDBParameterGroupCommandInput,
} from '@aws-sdk/client-rds';
import { databases } from '../../../engines/databases/databases.ts';
import type { Context } from '../../../kernel/service.ts';
import { engineOfFamily } from '../behaviour/engines.ts';
import { fleet } from '../behaviour/fleet.ts';
import { checkParameters, configurationOf, describeParameters, notePending } from '../behaviour/parameters.ts';
import { invalidParameter, parameterGroupExists, parameterGroupInUse, parameterGroupNotFound } from '../errors.ts';
import {
  arnOf,
  type ClusterRecord,
  clusters,
  type InstanceRecord,
  instances,
  type ParameterGroupRecord,
  parameterGroups,
  type Tag,
} from '../state.ts';

type Kind = ParameterGroupRecord['kind'];

export function CreateDBClusterParameterGroup(ctx: Context, input: CreateDBClusterParameterGroupCommandInput) {
  const { DBClusterParameterGroupName: name, DBParameterGroupFamily: family, Description, Tags } = input;
  return {
    DBClusterParameterGroup: describeCluster(create(ctx, { kind: 'cluster', name, family, Description, Tags })),
  };
}

export function CreateDBParameterGroup(ctx: Context, input: CreateDBParameterGroupCommandInput) {
  const { DBParameterGroupName: name, DBParameterGroupFamily: family, Description, Tags } = input;
  return { DBParameterGroup: describeInstance(create(ctx, { kind: 'instance', name, family, Description, Tags })) };
}

export function DescribeDBClusterParameterGroups(ctx: Context, input: DescribeDBClusterParameterGroupsCommandInput) {
  return { DBClusterParameterGroups: some(ctx, 'cluster', input.DBClusterParameterGroupName).map(describeCluster) };
}

export function DescribeDBParameterGroups(ctx: Context, input: DescribeDBParameterGroupsCommandInput) {
  return { DBParameterGroups: some(ctx, 'instance', input.DBParameterGroupName).map(describeInstance) };
}

export async function ModifyDBClusterParameterGroup(ctx: Context, input: ModifyDBClusterParameterGroupCommandInput) {
  const { name } = await modify(ctx, 'cluster', input.DBClusterParameterGroupName, input.Parameters);
  return { DBClusterParameterGroupName: name };
}

export async function ModifyDBParameterGroup(ctx: Context, input: ModifyDBParameterGroupCommandInput) {
  return { DBParameterGroupName: (await modify(ctx, 'instance', input.DBParameterGroupName, input.Parameters)).name };
}

export function ResetDBClusterParameterGroup(ctx: Context, input: ResetDBClusterParameterGroupCommandInput) {
  const { name } = reset(ctx, find(ctx, 'cluster', input.DBClusterParameterGroupName), input);
  return { DBClusterParameterGroupName: name };
}

export function ResetDBParameterGroup(ctx: Context, input: ResetDBParameterGroupCommandInput) {
  return { DBParameterGroupName: reset(ctx, find(ctx, 'instance', input.DBParameterGroupName), input).name };
}

export async function DescribeDBClusterParameters(ctx: Context, input: DescribeDBClusterParametersCommandInput) {
  const group = find(ctx, 'cluster', input.DBClusterParameterGroupName);
  return { Parameters: await describeParameters(ctx, group, input.Source) };
}

export async function DescribeDBParameters(ctx: Context, input: DescribeDBParametersCommandInput) {
  return { Parameters: await describeParameters(ctx, find(ctx, 'instance', input.DBParameterGroupName), input.Source) };
}

export function DeleteDBClusterParameterGroup(ctx: Context, input: DeleteDBClusterParameterGroupCommandInput): void {
  remove(ctx, find(ctx, 'cluster', input.DBClusterParameterGroupName));
}

export function DeleteDBParameterGroup(ctx: Context, input: DeleteDBParameterGroupCommandInput): void {
  remove(ctx, find(ctx, 'instance', input.DBParameterGroupName));
}

interface Creating {
  kind: Kind;
  name: string | undefined;
  family: string | undefined;
  Description: string | undefined;
  Tags: Tag[] | undefined;
}

function create(ctx: Context, { kind, name, family, Description, Tags }: Creating): ParameterGroupRecord {
  const key = String(name).toLowerCase();
  if (parameterGroups(ctx).has(key)) throw parameterGroupExists(key);
  const offer = engineOfFamily(ctx, String(family));
  if (!offer || (kind === 'cluster' && !offer.aurora))
    throw invalidParameter(`ParameterGroupFamily ${family} is not a valid parameter group family`);
  const record: ParameterGroupRecord = {
    name: key,
    arn: arnOf(ctx, kind === 'cluster' ? 'cluster-pg' : 'pg', key),
    kind,
    family: String(family),
    description: String(Description),
    parameters: {},
    Tags: Tags ?? [],
  };
  parameterGroups(ctx).put(key, record);
  return record;
}

function find(ctx: Context, kind: Kind, name: string | undefined): ParameterGroupRecord {
  const found = parameterGroups(ctx).get(String(name).toLowerCase()) ?? defaultGroup(ctx, kind, String(name));
  if (found?.kind !== kind) throw parameterGroupNotFound(String(name), kind);
  return found;
}

/** RDS's own, which nobody can change. */
function defaultGroup(ctx: Context, kind: Kind, name: string): ParameterGroupRecord | undefined {
  const family = /^default\.(.+)$/.exec(name)?.[1];
  const offer = family === undefined ? undefined : engineOfFamily(ctx, family);
  if (family === undefined || !offer || (kind === 'cluster' && !offer.aurora)) return undefined;
  const arn = arnOf(ctx, kind === 'cluster' ? 'cluster-pg' : 'pg', name);
  const description = `Default ${kind === 'cluster' ? 'cluster ' : ''}parameter group for ${family}`;
  return { name, arn, kind, family, description, parameters: {}, Tags: [] };
}

function some(ctx: Context, kind: Kind, name: string | undefined): ParameterGroupRecord[] {
  if (name !== undefined) return [find(ctx, kind, name)];
  return parameterGroups(ctx)
    .values()
    .filter((group) => group.kind === kind);
}

/** Users of the group take it up: what the server can change while it runs at once, the rest when they are rebooted. */
async function modify(ctx: Context, kind: Kind, name: string | undefined, list: readonly Parameter[] | undefined) {
  const group = find(ctx, kind, name);
  notDefault(group);
  const given = await checkParameters(ctx, group.family, list ?? []);
  return change(ctx, group, { ...group.parameters, ...given });
}

function reset(
  ctx: Context,
  group: ParameterGroupRecord,
  input: { ResetAllParameters?: boolean | undefined; Parameters?: Parameter[] | undefined },
): ParameterGroupRecord {
  notDefault(group);
  const named = new Set(input.Parameters?.map(({ ParameterName }) => ParameterName));
  const all = input.ResetAllParameters ?? named.size === 0;
  const kept = Object.entries(group.parameters).filter(([name]) => !all && !named.has(name));
  return change(ctx, group, Object.fromEntries(kept));
}

function notDefault({ name }: ParameterGroupRecord): void {
  if (name.startsWith('default.'))
    throw invalidParameter('The parameter DBParameterGroupName is not valid: a default group cannot be modified.');
}

function change(ctx: Context, group: ParameterGroupRecord, parameters: Record<string, string>): ParameterGroupRecord {
  const changed = { ...group, parameters };
  parameterGroups(ctx).put(group.name, changed);
  for (const user of usersOf(ctx, group)) takeUp(ctx, user);
  return changed;
}

function usersOf(ctx: Context, { name, kind }: ParameterGroupRecord): (ClusterRecord | InstanceRecord)[] {
  const users = kind === 'cluster' ? clusters(ctx).values() : instances(ctx).values();
  return users.filter(({ parameterGroup }) => parameterGroup === name);
}

function takeUp(ctx: Context, user: ClusterRecord | InstanceRecord): void {
  const { account, region } = ctx;
  ctx.engine(fleet).begin(user.groupId, async () => {
    await ctx.engine(databases).group(user.groupId)?.configure(configurationOf(ctx, user));
    await notePending(ctx, { account, region }, user.groupId);
  });
}

function remove(ctx: Context, group: ParameterGroupRecord): void {
  notDefault(group);
  if (usersOf(ctx, group).length > 0) throw parameterGroupInUse(group.name);
  parameterGroups(ctx).delete(group.name);
}

function describeCluster({ name, arn, family, description }: ParameterGroupRecord) {
  return {
    DBClusterParameterGroupName: name,
    DBClusterParameterGroupArn: arn,
    DBParameterGroupFamily: family,
    Description: description,
  };
}

function describeInstance({ name, arn, family, description }: ParameterGroupRecord) {
  return {
    DBParameterGroupName: name,
    DBParameterGroupArn: arn,
    DBParameterGroupFamily: family,
    Description: description,
  };
}
