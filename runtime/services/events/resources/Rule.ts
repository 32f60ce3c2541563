import type { Target } from '@aws-sdk/client-eventbridge';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';
import { retag } from './retag.ts';

interface RuleProperties {
  Name?: string;
  Description?: string;
  EventBusName?: string;
  EventPattern?: object | string;
  ScheduleExpression?: string;
  State?: string;
  RoleArn?: string;
  Targets?: Target[];
  Tags?: { Key: string; Value: string }[];
}

const otherTarget = { refused: 'targets of its kind are not run.' };

/** Ref is the name, before it on a custom bus the bus: "mybus|name". */
export const Rule = defineResource<RuleProperties>({
  type: 'AWS::Events::Rule',
  properties: {
    Name: 'executed',
    Description: 'stored',
    EventBusName: 'executed',
    EventPattern: 'executed',
    ScheduleExpression: 'executed',
    State: 'executed',
    RoleArn: 'stored',
    Tags: 'stored',
    Targets: 'executed',
    'Targets.AppSyncParameters': otherTarget,
    'Targets.BatchParameters': otherTarget,
    'Targets.EcsParameters': otherTarget,
    'Targets.HttpParameters': otherTarget,
    'Targets.KinesisParameters': otherTarget,
    'Targets.RedshiftDataParameters': otherTarget,
    'Targets.RunCommandParameters': otherTarget,
    'Targets.SageMakerPipelineParameters': otherTarget,
  },
  async create(ctx, properties) {
    const Name = properties.Name ?? ctx.generateName({ maxLength: 64 });
    const RuleArn = await put(ctx, Name, properties);
    await putTargets(ctx, Name, properties);
    return stateOf(Name, RuleArn, properties);
  },
  async update(ctx, physicalId, properties, previous) {
    const Name = nameOf(physicalId);
    const RuleArn = await put(ctx, Name, properties);
    await retag(ctx, RuleArn, properties.Tags, previous.Tags);
    const ids = new Set(properties.Targets?.map(({ Id }) => Id));
    await removeTargets(ctx, Name, previous, (Id) => !ids.has(Id));
    await putTargets(ctx, Name, properties);
    return stateOf(Name, RuleArn, properties);
  },
  async delete(ctx, physicalId, properties) {
    const Name = nameOf(physicalId);
    try {
      await removeTargets(ctx, Name, properties, () => true);
      await ctx.call('events', 'DeleteRule', { Name, EventBusName: properties.EventBusName });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  },
});

function stateOf(name: string, Arn: string, { EventBusName = 'default' }: RuleProperties) {
  const bus = parseArn(EventBusName)?.resource.replace(/^event-bus\//, '') ?? EventBusName;
  return { physicalId: bus === 'default' ? name : `${bus}|${name}`, attributes: { Arn } };
}

function nameOf(physicalId: string): string {
  return physicalId.split('|').pop() ?? physicalId;
}

async function put(ctx: ResourceContext, Name: string, properties: RuleProperties): Promise<string> {
  const { Targets: _targets, Tags, EventPattern, ...rest } = properties;
  const pattern = typeof EventPattern === 'object' ? JSON.stringify(EventPattern) : EventPattern;
  const { RuleArn } = await ctx.call<{ RuleArn: string }>('events', 'PutRule', {
    ...rest,
    Name,
    ...(pattern === undefined ? {} : { EventPattern: pattern }),
    Tags: tagListOf(ctx, Tags),
  });
  return RuleArn;
}

async function putTargets(ctx: ResourceContext, Rule: string, properties: RuleProperties): Promise<void> {
  const Targets = (properties.Targets ?? []).map(withNumbers);
  if (Targets.length === 0) return;
  const { FailedEntries = [] } = await ctx.call<{ FailedEntries?: { ErrorCode: string; ErrorMessage: string }[] }>(
    'events',
    'PutTargets',
    { Rule, EventBusName: properties.EventBusName, Targets },
  );
  const [failed] = FailedEntries;
  if (failed) throw new AwsError(failed.ErrorCode, failed.ErrorMessage);
}

/** Templates may say numbers as text. */
function withNumbers(target: Target): Target {
  const { RetryPolicy } = target;
  if (!RetryPolicy) return target;
  const numbers = Object.entries(RetryPolicy).map(([name, value]) => [name, Number(value)]);
  return { ...target, RetryPolicy: Object.fromEntries(numbers) as typeof RetryPolicy };
}

async function removeTargets(
  ctx: ResourceContext,
  Rule: string,
  { Targets = [], EventBusName }: RuleProperties,
  which: (id: string | undefined) => boolean,
): Promise<void> {
  const Ids = Targets.map(({ Id }) => Id).filter(which);
  if (Ids.length > 0) await ctx.call('events', 'RemoveTargets', { Rule, EventBusName, Ids });
}
