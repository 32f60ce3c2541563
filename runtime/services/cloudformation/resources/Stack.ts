import type { CreateStackOutput, DescribeStacksOutput, Stack } from '@aws-sdk/client-cloudformation';
import { deployments } from '../../../engines/cloudformation/deployment/deployments.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { lineage } from '../behaviour/lineage.ts';

interface StackProperties {
  TemplateURL: string;
  Parameters?: Record<string, string>;
  Tags?: { Key: string; Value: string }[];
  NotificationARNs?: string[];
  TimeoutInMinutes?: number;
}

/** A stack in a stack ("Embed stacks within other stacks using nested stacks"). */
export default defineResource<StackProperties>({
  type: 'AWS::CloudFormation::Stack',
  properties: {
    TemplateURL: 'executed',
    Parameters: 'executed',
    Tags: 'executed',
    NotificationARNs: 'executed',
    TimeoutInMinutes: 'executed',
  },
  async create(ctx, properties) {
    const StackName = ctx.generateName({ maxLength: 128 });
    const parent = await describe(ctx, ctx.stackId);
    ctx.engine(lineage).expect(StackName, { ParentId: ctx.stackId, RootId: parent?.RootId ?? ctx.stackId });
    const { TimeoutInMinutes } = properties;
    const { StackId = '' } = await ctx.call<CreateStackOutput>('cloudformation', 'CreateStack', {
      ...request(ctx, StackName, properties, parent),
      TimeoutInMinutes,
    });
    return settled(ctx, StackId, 'CREATE_COMPLETE');
  },
  async update(ctx, physicalId, properties) {
    const parent = await describe(ctx, ctx.stackId);
    // After a restart both go on at once: the embedded one first.
    await ctx.engine(deployments).settled(physicalId);
    try {
      await ctx.call('cloudformation', 'UpdateStack', request(ctx, physicalId, properties, parent));
    } catch (error) {
      if (!(error instanceof AwsError) || error.message !== 'No updates are to be performed.') throw error;
      return { physicalId, attributes: attributesOf(await describe(ctx, physicalId)) };
    }
    return settled(ctx, physicalId, 'UPDATE_COMPLETE');
  },
  async delete(ctx, physicalId) {
    await ctx.engine(deployments).settled(physicalId);
    const stack = await describe(ctx, physicalId).catch(ifGone);
    if (!stack || stack.StackStatus === 'DELETE_COMPLETE') return;
    if (stack.EnableTerminationProtection) {
      await ctx.call('cloudformation', 'UpdateTerminationProtection', {
        StackName: physicalId,
        EnableTerminationProtection: false,
      });
    }
    await ctx.call('cloudformation', 'DeleteStack', { StackName: physicalId });
    await settled(ctx, physicalId, 'DELETE_COMPLETE');
  },
});

function request(
  ctx: ResourceContext,
  StackName: string,
  properties: StackProperties,
  parent: Stack | undefined,
): object {
  const { TemplateURL, Parameters = {}, Tags = [], NotificationARNs } = properties;
  const own = new Set(Tags.map(({ Key }) => Key));
  const inherited = Object.entries(ctx.stackTags).filter(([Key]) => !Key.startsWith('aws:') && !own.has(Key));
  return {
    StackName,
    TemplateURL,
    Parameters: Object.entries(Parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue: String(ParameterValue),
    })),
    Tags: [...Tags, ...inherited.map(([Key, Value]) => ({ Key, Value }))],
    // What was acknowledged for the parent holds for what it embeds.
    Capabilities: parent?.Capabilities ?? [],
    ...(NotificationARNs && { NotificationARNs }),
    ...(parent?.DisableRollback !== undefined && { DisableRollback: parent.DisableRollback }),
  };
}

async function settled(ctx: ResourceContext, StackId: string, wanted: string): Promise<ResourceState> {
  const machine = ctx.engine(deployments);
  const cancel = () => machine.cancel(StackId, 'Resource creation cancelled');
  ctx.signal.addEventListener('abort', cancel, { once: true });
  try {
    await machine.settled(StackId);
  } finally {
    ctx.signal.removeEventListener('abort', cancel);
  }
  const stack = await describe(ctx, StackId);
  if (stack?.StackStatus === wanted) return { physicalId: StackId, attributes: attributesOf(stack) };
  const error = new AwsError(
    'NotStabilized',
    `Embedded stack ${StackId} was not successfully ${verbs[wanted] ?? 'updated'}: ${stack?.StackStatusReason ?? stack?.StackStatus ?? ''}`,
  );
  throw wanted === 'CREATE_COMPLETE' ? Object.assign(error, { physicalId: StackId }) : error;
}

const verbs: Record<string, string> = lookupTable({
  CREATE_COMPLETE: 'created',
  UPDATE_COMPLETE: 'updated',
  DELETE_COMPLETE: 'deleted',
});

function attributesOf(stack: Stack | undefined): Record<string, unknown> {
  const outputs = (stack?.Outputs ?? []).map(
    ({ OutputKey, OutputValue }) => [`Outputs.${OutputKey}`, OutputValue] as const,
  );
  return Object.fromEntries(outputs);
}

/** What else fails (one who may not look) says nothing about whether the stack is there. */
function ifGone(error: unknown): undefined {
  if (error instanceof AwsError && error.code === 'ValidationError' && error.message.endsWith('does not exist')) return;
  throw error;
}

async function describe(ctx: ResourceContext, StackName: string): Promise<Stack | undefined> {
  const { Stacks } = await ctx.call<DescribeStacksOutput>('cloudformation', 'DescribeStacks', { StackName });
  return Stacks?.[0];
}
