import type {
  CreateFlowLogsCommandInput,
  DeleteFlowLogsCommandInput,
  DescribeFlowLogsCommandInput,
} from '@aws-sdk/client-ec2';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { letDeliver } from '../behaviour/flow-delivery.ts';
import { fieldsOf, logFormat } from '../behaviour/flow-fields.ts';
import { flowLogSchedule } from '../behaviour/flow-records.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { invalidParameterValue, missingParameter } from '../errors.ts';
import { type FlowLog, flowLogs, networkInterfaces, subnets, vpcs } from '../network-state.ts';

const filters = {
  'deliver-log-status': 'DeliverLogsStatus',
  'flow-log-id': 'FlowLogId',
  'log-destination-type': 'LogDestinationType',
  'log-group-name': 'LogGroupName',
  'resource-id': 'ResourceId',
  'traffic-type': 'TrafficType',
};

/** To CloudWatch Logs or to a bucket; Firehose and Parquet are refused. */
export async function CreateFlowLogs(ctx: Context, input: CreateFlowLogsCommandInput) {
  const interval = input.MaxAggregationInterval ?? 600;
  if (interval !== 60 && interval !== 600)
    throw invalidParameterValue(`Invalid Flow Log Max Aggregation Interval : ${interval}`);
  const LogFormat = input.LogFormat ?? logFormat;
  fieldsOf(LogFormat);
  const destination = destinationOf(input);
  const Tags = tagsFor(input.TagSpecifications, 'vpc-flow-log');
  const made = (input.ResourceIds ?? []).map(
    (ResourceId): FlowLog => ({
      FlowLogId: flowLogs.newId(ctx),
      ResourceId,
      VpcId: vpcOf(ctx, String(input.ResourceType), ResourceId),
      TrafficType: input.TrafficType ?? 'ALL',
      ...destination,
      MaxAggregationInterval: interval,
      LogFormat,
      createdMs: ctx.clock.now(),
      Tags,
    }),
  );
  for (const log of made) refuseSecond(ctx, log);
  if (destination.bucket) await letDeliver(ctx, destination.bucket);
  for (const log of made) {
    flowLogs.put(ctx, log);
    ctx.engine(flowLogSchedule).follow(ctx, log.VpcId);
  }
  return { FlowLogIds: made.map(({ FlowLogId }) => FlowLogId), Unsuccessful: [], ClientToken: input.ClientToken };
}

type Destination = Pick<FlowLog, 'LogGroupName' | 'DeliverLogsPermissionArn' | 'bucket'>;

function destinationOf(input: CreateFlowLogsCommandInput): Destination {
  const type = input.LogDestinationType ?? 'cloud-watch-logs';
  if (type === 's3') return { bucket: bucketOf(input) };
  if (type !== 'cloud-watch-logs')
    throw refused(`ec2 CreateFlowLogs with LogDestinationType ${type}`, 'flow logs go to CloudWatch Logs or to S3.');
  const LogGroupName = input.LogGroupName ?? groupOf(input.LogDestination);
  if (!LogGroupName) throw missingParameter("LogDestination can't be empty if LogGroupName is not provided.");
  if (!input.DeliverLogsPermissionArn)
    throw missingParameter("DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.");
  return { LogGroupName, DeliverLogsPermissionArn: input.DeliverLogsPermissionArn };
}

/** "Flow log files": the ARN of the bucket, with a folder below it where one is wanted. */
function bucketOf({ LogDestination, DestinationOptions: options, ...input }: CreateFlowLogsCommandInput) {
  if (input.LogGroupName || input.DeliverLogsPermissionArn)
    throw invalidParameterValue('DeliverLogsPermissionArn is not applicable for s3 delivery');
  if (options?.FileFormat === 'parquet')
    throw refused('ec2 CreateFlowLogs with FileFormat parquet', 'files are plain text.');
  const [, Bucket = '', folder = ''] = /^arn:aws:s3:::([^/]+)\/?(.*)$/.exec(LogDestination ?? '') ?? [];
  if (Bucket === '') throw invalidParameterValue(`LogDestination: ${LogDestination} is not a valid S3 bucket ARN`);
  if (/^AWSLogs(\/|$)/.test(folder)) throw invalidParameterValue(`LogDestination: AWSLogs is a reserved term`);
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  return {
    Bucket,
    prefix,
    hive: options?.HiveCompatiblePartitions ?? false,
    hourly: options?.PerHourPartition ?? false,
  };
}

function refuseSecond(ctx: Context, log: FlowLog): void {
  const same = (each: FlowLog): boolean =>
    each.ResourceId === log.ResourceId &&
    each.LogGroupName === log.LogGroupName &&
    each.bucket?.Bucket === log.bucket?.Bucket &&
    each.TrafficType === log.TrafficType;
  if (flowLogs.all(ctx).some(same))
    throw new AwsError(
      'FlowLogAlreadyExists',
      'There is an existing Flow Log with the same configuration and log destination.',
    );
}

function groupOf(destination: string | undefined): string | undefined {
  return destination === undefined
    ? undefined
    : parseArn(destination)
        ?.resource.replace(/^log-group:/, '')
        .replace(/:\*$/, '');
}

function vpcOf(ctx: Context, type: string, id: string): string {
  if (type === 'VPC') return vpcs.find(ctx, id).VpcId;
  if (type === 'Subnet') return subnets.find(ctx, id).VpcId;
  if (type === 'NetworkInterface') return networkInterfaces.find(ctx, id).VpcId;
  throw refused(`ec2 CreateFlowLogs with ResourceType ${type}`);
}

export function DescribeFlowLogs(ctx: Context, input: DescribeFlowLogsCommandInput) {
  const found = chosen(
    input.FlowLogIds,
    (id) => flowLogs.find(ctx, id),
    () => flowLogs.all(ctx),
  );
  const { page, ...rest } = list(found.map(described), { ...input, Filters: input.Filter }, filters);
  return { FlowLogs: page, ...rest };
}

function described({ createdMs, VpcId, bucket, ...log }: FlowLog) {
  const options = bucket && {
    FileFormat: 'plain-text' as const,
    HiveCompatiblePartitions: bucket.hive,
    PerHourPartition: bucket.hourly,
  };
  return {
    ...log,
    ...(bucket
      ? {
          LogDestination: `arn:aws:s3:::${bucket.Bucket}/${bucket.prefix}`.replace(/\/$/, ''),
          DestinationOptions: options,
        }
      : {}),
    CreationTime: new Date(createdMs),
    FlowLogStatus: 'ACTIVE',
    DeliverLogsStatus: log.DeliverLogsErrorMessage ? 'FAILED' : 'SUCCESS',
    LogDestinationType: bucket ? ('s3' as const) : ('cloud-watch-logs' as const),
  };
}

export function DeleteFlowLogs(ctx: Context, input: DeleteFlowLogsCommandInput) {
  const Unsuccessful = [];
  for (const id of input.FlowLogIds ?? []) {
    if (flowLogs.records(ctx).has(id)) {
      flowLogs.delete(ctx, id);
      continue;
    }
    const { code, message } = flowLogs.missing(id);
    Unsuccessful.push({ ResourceId: id, Error: { Code: code, Message: message } });
  }
  return { Unsuccessful };
}
