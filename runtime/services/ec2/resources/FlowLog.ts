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
    LogFormat: { refused: 'records have the default format.' },
    DestinationOptions: { refused: 'flow logs go to CloudWatch Logs.' },
    DeliverCrossAccountRole: { refused: 'flow logs go to CloudWatch Logs of the account.' },
    TagFieldSpecifications: { refused: 'records have the default format.' },
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
