import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagsOf } from '../../../kernel/tags.ts';

interface Named {
  [name: string]: { [Property: string]: unknown };
}

interface Properties {
  Description: string;
  Targets: Named;
  Actions?: Named;
  StopConditions: { Source: string; Value?: string }[];
  RoleArn: string;
  Tags: Record<string, string>;
  ExperimentOptions?: { AccountTargeting?: string; EmptyTargetResolutionMode?: string };
}

const refusal = { refused: 'what an experiment did is told by GetExperiment and by EventBridge alone.' };

/** Ref is the id. */
export const ExperimentTemplate = defineResource<Properties>({
  type: 'AWS::FIS::ExperimentTemplate',
  properties: {
    Description: 'stored',
    Targets: 'executed',
    Actions: 'executed',
    StopConditions: 'executed',
    RoleArn: 'executed',
    Tags: 'stored',
    ExperimentOptions: 'executed',
    LogConfiguration: refusal,
    ExperimentReportConfiguration: refusal,
  },
  async create(ctx, properties) {
    const { experimentTemplate } = await ctx.call<{ experimentTemplate: { id: string } }>(
      'fis',
      'CreateExperimentTemplate',
      { ...inputFrom(properties), clientToken: ctx.ids.uuid(), tags: { ...tagsOf(ctx), ...properties.Tags } },
    );
    return stateOf(experimentTemplate.id);
  },
  async update(ctx: ResourceContext, id, properties, previous) {
    await ctx.call('fis', 'UpdateExperimentTemplate', { id, ...inputFrom(properties) });
    const resourceArn = `arn:aws:fis:${ctx.region}:${ctx.account}:experiment-template/${id}`;
    const tagKeys = Object.keys(previous.Tags ?? {}).filter((key) => !(key in (properties.Tags ?? {})));
    if (tagKeys.length > 0) await ctx.call('fis', 'UntagResource', { resourceArn, tagKeys });
    await ctx.call('fis', 'TagResource', { resourceArn, tags: { ...tagsOf(ctx), ...properties.Tags } });
    return stateOf(id);
  },
  async delete(ctx, id) {
    try {
      await ctx.call('fis', 'DeleteExperimentTemplate', { id });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  },
});

function stateOf(id: string) {
  return { physicalId: id, attributes: { Id: id } };
}

function inputFrom({ Description, Targets, Actions = {}, StopConditions, RoleArn, ExperimentOptions }: Properties) {
  return {
    description: Description,
    roleArn: RoleArn,
    targets: Object.fromEntries(Object.entries(Targets ?? {}).map(([name, target]) => [name, lowered(target)])),
    actions: Object.fromEntries(Object.entries(Actions).map(([name, action]) => [name, lowered(action)])),
    stopConditions: StopConditions.map(lowered),
    ...(ExperimentOptions ? { experimentOptions: lowered(ExperimentOptions) } : {}),
  };
}

/** The template's names begin with a capital where the API's do not; the keys of maps are the user's own. */
function lowered(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      name === 'Filters' ? (inner as object[]).map(lowered) : inner,
    ]),
  );
}
