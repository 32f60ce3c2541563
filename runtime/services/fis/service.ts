import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { runs } from './behaviour/runs.ts';
import * as actionOperations from './operations/actions.ts';
import * as experimentOperations from './operations/experiments.ts';
import * as leverOperations from './operations/safety-lever.ts';
import * as tagOperations from './operations/tags.ts';
import * as templateOperations from './operations/templates.ts';
import { ExperimentTemplate } from './resources/ExperimentTemplate.ts';
import { fisArn } from './state.ts';

const told = { refused: 'what an experiment did is told by GetExperiment and by EventBridge alone.' };

export default defineService({
  name: 'fis',
  actionPrefix: 'fis',
  operations: {
    ...templateOperations,
    ...experimentOperations,
    ...actionOperations,
    ...leverOperations,
    ...tagOperations,
  },
  resources: [ExperimentTemplate],
  authorization: authorize,
  dependencies: ['iam'],
  usage: {},
  start,
  fidelity: {
    'CreateExperimentTemplate.description': 'stored',
    'CreateExperimentTemplate.tags': 'stored',
    'StartExperiment.tags': 'stored',
    ...Object.fromEntries(
      ['CreateExperimentTemplate', 'UpdateExperimentTemplate'].flatMap((operation) =>
        ['logConfiguration', 'experimentReportConfiguration'].map((name) => [`${operation}.${name}`, told]),
      ),
    ),
  },
});

/** "Actions, resources, and condition keys for AWS Fault Injection Service"; the role of a template has to be passed. */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access | Access[] {
  const action = `fis:${operation}`;
  const arn = resourceOf(operation, input, ctx);
  const { roleArn } = input;
  if (typeof roleArn !== 'string') return { action, resource: arn };
  const conditions = { 'iam:PassedToService': 'fis.amazonaws.com' };
  return [
    { action, resource: arn },
    { action: 'iam:PassRole', resource: roleArn, conditions },
  ];
}

function resourceOf(operation: string, input: Record<string, unknown>, ctx: Context): string {
  if (typeof input.resourceArn === 'string') return input.resourceArn;
  if (operation === 'StartExperiment') return fisArn(ctx, 'experiment-template', String(input.experimentTemplateId));
  const id = input.id ?? input.experimentId;
  if (typeof id !== 'string') return '*';
  if (operation.endsWith('ExperimentTemplate')) return fisArn(ctx, 'experiment-template', id);
  if (/Experiment(ResolvedTargets)?$/.test(operation)) return fisArn(ctx, 'experiment', id);
  return operation === 'GetAction'
    ? fisArn(ctx, 'action', id)
    : `arn:aws:fis:${ctx.region}:${ctx.account}:safety-lever/${id}`;
}

function start(kernel: Kernel): Running {
  const engine = kernel.engine(runs);
  engine.resume();
  return { stop: () => engine.stop() };
}
