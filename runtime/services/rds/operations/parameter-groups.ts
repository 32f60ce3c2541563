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
} from '@aws-sdk/client-rds';
import { databases } from '../../../engines/databases/databases.ts';
import type { Context } from '../../../kernel/service.ts';
import { fleet } from '../behaviour/fleet.ts';
import { fixed, settingsOf } from '../behaviour/parameters.ts';
import { invalidParameter, parameterGroupExists, parameterGroupNotFound } from '../errors.ts';
import { arnOf, clusters, instances, type ParameterGroupRecord, parameterGroups, type Tag } from '../state.ts';

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

export function ModifyDBClusterParameterGroup(ctx: Context, input: ModifyDBClusterParameterGroupCommandInput) {
  const { name } = modify(ctx, 'cluster', input.DBClusterParameterGroupName, input.Parameters);
  return { DBClusterParameterGroupName: name };
}

export function ModifyDBParameterGroup(ctx: Context, input: ModifyDBParameterGroupCommandInput) {
  return { DBParameterGroupName: modify(ctx, 'instance', input.DBParameterGroupName, input.Parameters).name };
}

export function DescribeDBClusterParameters(ctx: Context, input: DescribeDBClusterParametersCommandInput) {
  return { Parameters: parametersOf(find(ctx, 'cluster', input.DBClusterParameterGroupName)) };
}

export function DescribeDBParameters(ctx: Context, input: DescribeDBParametersCommandInput) {
  return { Parameters: parametersOf(find(ctx, 'instance', input.DBParameterGroupName)) };
}

export function DeleteDBClusterParameterGroup(ctx: Context, input: DeleteDBClusterParameterGroupCommandInput): void {
  parameterGroups(ctx).delete(find(ctx, 'cluster', input.DBClusterParameterGroupName).name);
}

export function DeleteDBParameterGroup(ctx: Context, input: DeleteDBParameterGroupCommandInput): void {
  parameterGroups(ctx).delete(find(ctx, 'instance', input.DBParameterGroupName).name);
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
  const right = kind === 'cluster' ? /^aurora-postgresql17$/ : /^(aurora-postgresql17|postgres17)$/;
  if (!right.test(String(family)))
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
  const found = parameterGroups(ctx).get(String(name).toLowerCase());
  if (found?.kind !== kind) throw parameterGroupNotFound(String(name));
  return found;
}

function some(ctx: Context, kind: Kind, name: string | undefined): ParameterGroupRecord[] {
  if (name !== undefined) return [find(ctx, kind, name)];
  return parameterGroups(ctx)
    .values()
    .filter((group) => group.kind === kind);
}

/** Users of the group take it up: what PostgreSQL can change while it runs at once, the rest when they are rebooted. */
function modify(ctx: Context, kind: Kind, name: string | undefined, list: readonly Parameter[] | undefined) {
  const group = find(ctx, kind, name);
  const parameters = { ...group.parameters };
  for (const { ParameterName = '', ParameterValue = '' } of list ?? []) {
    if (!/^[a-z_.0-9]+$/i.test(ParameterName))
      throw invalidParameter(`Could not find parameter with name: ${ParameterName}`);
    if (fixed.test(ParameterName)) throw invalidParameter(`The parameter ${ParameterName} cannot be modified.`);
    parameters[ParameterName] = ParameterValue;
  }
  const changed = { ...group, parameters };
  parameterGroups(ctx).put(group.name, changed);
  const users = [
    ...clusters(ctx).values(),
    ...instances(ctx)
      .values()
      .filter((one) => !one.DBClusterIdentifier),
  ];
  for (const user of users.filter(({ parameterGroup }) => parameterGroup === group.name)) {
    const settings = settingsOf(ctx, group.name);
    ctx.engine(fleet).begin(user.groupId, async () => ctx.engine(databases).group(user.groupId)?.configure(settings));
  }
  return changed;
}

function parametersOf({ parameters }: ParameterGroupRecord): Parameter[] {
  return Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
    ParameterName,
    ParameterValue,
    Source: 'user',
    IsModifiable: true,
  }));
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
