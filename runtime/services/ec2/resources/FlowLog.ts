import { defineResource } from '../../../kernel/resource.ts';
import { retag, tagSpecification } from './taking-down.ts';

interface FlowLogProperties {
  ResourceId: string;
  ResourceType: string;
  TrafficType?: string;
  LogGroupName?: string;
  LogDestination?: string;
  LogDestinationType?: string;
  DeliverLogsPermissionArn?: string;
  MaxAggregationInterval?: number;
  LogFormat?: string;
  DestinationOptions?: { FileFormat?: string; HiveCompatiblePartitions?: boolean; PerHourPartition?: boolean };
  Tags?: { Key: string; Value: string }[];
}

/** AWS::EC2::FlowLog. Ref is the id. */
export const FlowLog = defineResource<FlowLogProperties>({
  type: 'AWS::EC2::FlowLog',
  properties: {
    ResourceId: 'executed',
    ResourceType: 'executed',
    TrafficType: 'executed',
    LogGroupName: 'executed',
    LogDestination: 'executed',
    LogDestinationType: 'executed',
    DeliverLogsPermissionArn: 'executed',
    MaxAggregationInterval: 'executed',
    LogFormat: 'executed',
    DestinationOptions: 'executed',
    DeliverCrossAccountRole: { refused: 'flow logs stay in the account.' },
    TagFieldSpecifications: { refused: 'tags are not told in records.' },
    Tags: 'stored',
  },
  async create(ctx, { ResourceId, Tags, ...input }) {
    const { FlowLogIds, Unsuccessful } = await ctx.call<{
      FlowLogIds: string[];
      Unsuccessful: { Error: { Message: string } }[];
    }>('ec2', 'CreateFlowLogs', {
      ResourceIds: [ResourceId],
      ...input,
      ...tagSpecification(ctx, 'vpc-flow-log', Tags),
    });
    const [Id] = FlowLogIds;
    if (!Id) throw new Error(Unsuccessful[0]?.Error.Message ?? 'The flow log could not be made.');
    return { physicalId: Id, attributes: { Id } };
  },
  async update(ctx, Id, { Tags }, previous) {
    await retag(ctx, Id, Tags, previous.Tags);
    return { physicalId: Id, attributes: { Id } };
  },
  async delete(ctx, Id) {
    await ctx.call('ec2', 'DeleteFlowLogs', { FlowLogIds: [Id] });
  },
});
