import type {
  CreateFlowLogsCommandInput,
  DeleteFlowLogsCommandInput,
  DescribeFlowLogsCommandInput,
} from '@aws-sdk/client-ec2';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { flowLogSchedule, logFormat } from '../behaviour/flow-records.ts';
import { chosen, list } from '../behaviour/listing.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { invalidParameterValue, missingParameter } from '../errors.ts';
import { type FlowLog, flowLogs, networkInterfaces, subnets, vpcs } from '../state.ts';

const filters = {
  'deliver-log-status': 'DeliverLogsStatus',
  'flow-log-id': 'FlowLogId',
  'log-destination-type': 'LogDestinationType',
  'log-group-name': 'LogGroupName',
  'resource-id': 'ResourceId',
  'traffic-type': 'TrafficType',
};

/** To CloudWatch Logs, in the default format; anything else is refused. */
export function CreateFlowLogs(ctx: Context, input: CreateFlowLogsCommandInput) {
  if (input.LogDestinationType && input.LogDestinationType !== 'cloud-watch-logs')
    throw refused(
      `ec2 CreateFlowLogs with LogDestinationType ${input.LogDestinationType}`,
      'flow logs go to CloudWatch Logs.',
    );
  if (input.LogFormat !== undefined && input.LogFormat !== logFormat)
    throw refused('ec2 CreateFlowLogs parameter LogFormat', `records have the default format: ${logFormat}`);
  const interval = input.MaxAggregationInterval ?? 600;
  if (interval !== 60 && interval !== 600)
    throw invalidParameterValue(`Invalid Flow Log Max Aggregation Interval : ${interval}`);
  const LogGroupName = input.LogGroupName ?? groupOf(input.LogDestination);
  if (!LogGroupName) throw missingParameter("LogDestination can't be empty if LogGroupName is not provided.");
  if (!input.DeliverLogsPermissionArn)
    throw missingParameter("DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.");
  const Tags = tagsFor(input.TagSpecifications, 'vpc-flow-log');
  const FlowLogIds: string[] = [];
  for (const ResourceId of input.ResourceIds ?? []) {
    const log: FlowLog = {
      FlowLogId: flowLogs.newId(ctx),
      ResourceId,
      VpcId: vpcOf(ctx, String(input.ResourceType), ResourceId),
      TrafficType: input.TrafficType ?? 'ALL',
      LogGroupName,
      DeliverLogsPermissionArn: input.DeliverLogsPermissionArn,
      MaxAggregationInterval: interval,
      LogFormat: logFormat,
      createdMs: ctx.clock.now(),
      Tags,
    };
    if (
      flowLogs
        .all(ctx)
        .some(
          (each) =>
            each.ResourceId === ResourceId &&
            each.LogGroupName === LogGroupName &&
            each.TrafficType === log.TrafficType,
        )
    )
      throw new AwsError(
        'FlowLogAlreadyExists',
        'There is an existing Flow Log with the same configuration and log destination.',
      );
    flowLogs.put(ctx, log);
    ctx.engine(flowLogSchedule).follow(ctx, log);
    FlowLogIds.push(log.FlowLogId);
  }
  return { FlowLogIds, Unsuccessful: [], ClientToken: input.ClientToken };
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

function described({ createdMs, VpcId, ...log }: FlowLog) {
  return {
    ...log,
    CreationTime: new Date(createdMs),
    FlowLogStatus: 'ACTIVE',
    DeliverLogsStatus: log.DeliverLogsErrorMessage ? 'FAILED' : 'SUCCESS',
    LogDestinationType: 'cloud-watch-logs' as const,
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
