import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { validation } from '../errors.ts';
import type { Target } from '../state.ts';

/** A kind of target, and how those that exist are found: "Targets for AWS FIS" in its User Guide. */
interface TargetType {
  description: string;
  parameters: Record<string, { description: string; fits(resource: Resource, value: string): boolean }>;
  list(ctx: Context): Promise<Found[]>;
}

type Resource = Record<string, unknown>;

interface Found {
  arn: string;
  tags: Record<string, string>;
  /** As its service describes it: what the paths of filters go into. */
  resource: Resource;
}

type TagList = { Key?: string; Value?: string }[] | undefined;

const zone = (path: string) => ({
  availabilityZoneIdentifier: {
    description: 'The zone it is in, by name.',
    fits: (resource: Resource, value: string) => valuesAt(resource, path.split('.')).includes(value),
  },
});

export const targetTypes: Record<string, TargetType> = lookupTable({
  'aws:ec2:instance': {
    description: 'An EC2 instance that is not terminated',
    parameters: zone('Placement.AvailabilityZone'),
    async list(ctx) {
      const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] }];
      const reservations = await pages<{ Instances?: Resource[] }>(ctx, 'ec2', 'DescribeInstances', 'Reservations', {
        Filters,
      });
      return reservations
        .flatMap(({ Instances = [] }) => Instances)
        .map((instance) => ec2Resource(ctx, 'instance', String(instance.InstanceId), instance));
    },
  },
  'aws:ec2:subnet': {
    description: 'A subnet of a VPC',
    parameters: {
      ...zone('AvailabilityZone'),
      vpc: { description: 'The VPC it is in, by its id.', fits: ({ VpcId }, value) => VpcId === value },
    },
    async list(ctx) {
      const subnets = await pages<Resource>(ctx, 'ec2', 'DescribeSubnets', 'Subnets');
      return subnets.map((subnet) => ec2Resource(ctx, 'subnet', String(subnet.SubnetId), subnet));
    },
  },
  'aws:ec2:autoscaling-group': {
    description: 'An Auto Scaling group',
    parameters: {},
    async list(ctx) {
      const groups = await pages<Resource>(ctx, 'autoscaling', 'DescribeAutoScalingGroups', 'AutoScalingGroups');
      return groups.map((resource) => ({
        arn: String(resource.AutoScalingGroupARN),
        tags: tagsFrom(resource.Tags),
        resource,
      }));
    },
  },
  'aws:rds:cluster': {
    description: 'An Aurora DB cluster',
    parameters: {},
    async list(ctx) {
      const clusters = await pages<Resource>(ctx, 'rds', 'DescribeDBClusters', 'DBClusters');
      return clusters.map((resource) => ({
        arn: String(resource.DBClusterArn),
        tags: tagsFrom(resource.TagList),
        resource,
      }));
    },
  },
  'aws:rds:db': {
    description: 'A DB instance',
    parameters: zone('AvailabilityZone'),
    async list(ctx) {
      const instances = await pages<Resource>(ctx, 'rds', 'DescribeDBInstances', 'DBInstances');
      return instances.map((resource) => ({
        arn: String(resource.DBInstanceArn),
        tags: tagsFrom(resource.TagList),
        resource,
      }));
    },
  },
  'aws:lambda:function': {
    description: 'A Lambda function',
    parameters: {},
    async list(ctx) {
      const functions = await pages<Resource>(ctx, 'lambda', 'ListFunctions', 'Functions');
      return Promise.all(
        functions.map(async (resource) => {
          const arn = String(resource.FunctionArn);
          const { Tags = {} } = await ctx.call<{ Tags?: Record<string, string> }>('lambda', 'ListTags', {
            Resource: arn,
          });
          return { arn, tags: Tags, resource };
        }),
      );
    },
  },
  'aws:iam:role': {
    description: 'An IAM role',
    parameters: {},
    async list(ctx) {
      const roles = await pages<Resource>(ctx, 'iam', 'ListRoles', 'Roles');
      return Promise.all(
        roles.map(async (resource) => {
          const { Tags } = await ctx.call<{ Tags?: TagList }>('iam', 'ListRoleTags', { RoleName: resource.RoleName });
          return { arn: String(resource.Arn), tags: tagsFrom(Tags), resource };
        }),
      );
    },
  },
});

/** The ARNs that an experiment acts on: found by ARN or by tags, parameters and filters, and chosen by the selection mode. */
export async function resolve(ctx: Context, target: Target): Promise<string[]> {
  const type = targetTypes[target.resourceType];
  const found = (await type?.list(ctx)) ?? [];
  const tags = Object.entries(target.resourceTags ?? {});
  const parameters = Object.entries(target.parameters ?? {});
  const fitting = found.filter(
    (each) =>
      (target.resourceArns?.length ? target.resourceArns.includes(each.arn) : true) &&
      tags.every(([key, value]) => each.tags[key] === value) &&
      parameters.every(([name, value]) => type?.parameters[name]?.fits(each.resource, value)) &&
      (target.filters ?? []).every(({ path, values }) =>
        valuesAt(each.resource, path.split('.')).some((value) => values.includes(String(value))),
      ),
  );
  const gone = target.resourceArns?.find((arn) => !found.some((each) => each.arn === arn));
  if (gone !== undefined) throw validation(`The target ${gone} does not exist.`);
  return choose(ctx, fitting.map(({ arn }) => arn).sort(), target.selectionMode);
}

/** ALL, COUNT(n) or PERCENT(n), at random; a percentage is rounded down ("Selection mode"). */
export function selectionOf(mode: string): { count?: number; percent?: number } | undefined {
  if (mode === 'ALL') return {};
  const [, kind, digits] = /^(COUNT|PERCENT)\((\d{1,3})\)$/.exec(mode) ?? [];
  const number = Number(digits);
  if (!kind || number < 1 || (kind === 'PERCENT' && number > 100)) return undefined;
  return kind === 'COUNT' ? { count: number } : { percent: number };
}

function choose(ctx: Context, arns: string[], mode: string): string[] {
  const { count, percent } = selectionOf(mode) ?? {};
  const wanted = count ?? (percent === undefined ? arns.length : Math.floor((arns.length * percent) / 100));
  const left = [...arns];
  while (left.length > wanted) left.splice(Math.floor(ctx.ids.random() * left.length), 1);
  return left;
}

/** A path goes through lists too: `SecurityGroups.GroupId`. */
function valuesAt(value: unknown, path: string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, path));
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  return typeof value === 'object' && value !== null ? valuesAt((value as Resource)[name], rest) : [];
}

function ec2Resource({ account, region }: Context, kind: string, id: string, resource: Resource): Found {
  return { arn: `arn:aws:ec2:${region}:${account}:${kind}/${id}`, tags: tagsFrom(resource.Tags), resource };
}

function tagsFrom(list: unknown): Record<string, string> {
  return Object.fromEntries(((list ?? []) as NonNullable<TagList>).map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** Everything that a list operation has, by its NextToken or Marker. */
async function pages<T>(ctx: Context, service: string, operation: string, member: string, input = {}): Promise<T[]> {
  const all: T[] = [];
  let next = {};
  for (;;) {
    const answer = await ctx.call<Record<string, unknown>>(service, operation, { ...input, ...next });
    all.push(...((answer[member] ?? []) as T[]));
    const { NextToken, Marker = answer.NextMarker } = answer;
    if (NextToken) next = { NextToken };
    else if (Marker && answer.IsTruncated !== false) next = { Marker };
    else return all;
  }
}
