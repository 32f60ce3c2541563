import type { Context } from '../../../kernel/service.ts';
import { page } from '../behaviour/paging.ts';
import { runs } from '../behaviour/runs.ts';
import { conflict, quota, validation } from '../errors.ts';
import {
  type Action,
  type Experiment,
  experimentAt,
  experiments,
  fisArn,
  isOver,
  type RunningAction,
  safetyLever,
  templateAt,
} from '../state.ts';

interface StartInput {
  clientToken: string;
  experimentTemplateId: string;
  experimentOptions?: { actionsMode?: string };
  tags?: Record<string, string>;
}

export function StartExperiment(ctx: Context, input: StartInput) {
  const { clientToken, experimentTemplateId, tags = {} } = input;
  const existing = experiments(ctx, ctx)
    .values()
    .find((experiment) => experiment.clientToken === clientToken);
  if (existing) return { experiment: described(existing) };
  const { actionsMode = 'run-all' } = input.experimentOptions ?? {};
  if (actionsMode !== 'run-all' && actionsMode !== 'skip-all')
    throw validation(`actionsMode is "${actionsMode}", and must be run-all or skip-all.`);
  const lever = safetyLever(ctx, ctx);
  if (lever.status === 'engaged') throw conflict(`The safety lever is engaged: ${lever.reason}`);
  // "Quotas and limitations for AWS FIS".
  if (
    experiments(ctx, ctx)
      .values()
      .filter((each) => !isOver(each)).length >= 5
  )
    throw quota('Five experiments are under way, and no more are possible at once.');
  const { description, targets, actions, stopConditions, roleArn, experimentOptions } = templateAt(
    ctx,
    experimentTemplateId,
  );
  const id = `EXP${ctx.ids.upper(15)}`;
  const { account, region } = ctx;
  const experiment: Experiment = {
    ...{ id, arn: fisArn(ctx, 'experiment', id), experimentTemplateId, account, region, tags, clientToken },
    ...{ description, targets, stopConditions, roleArn, experimentOptions, actionsMode },
    actions: Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, waiting(action)])),
    resolved: {},
    state: { status: 'pending', reason: 'The experiment begins.' },
    createdMs: ctx.clock.now(),
  };
  experiments(ctx, ctx).put(id, experiment);
  ctx.engine(runs).start(experiment);
  return { experiment: described(experiment) };
}

function waiting(action: Action): RunningAction {
  return { ...action, state: { status: 'pending', reason: 'The action waits.' } };
}

export async function StopExperiment(ctx: Context, { id }: { id: string }) {
  const experiment = experimentAt(ctx, id);
  if (isOver(experiment)) throw validation(`The experiment ${id} is ${experiment.state.status} already.`);
  await ctx.engine(runs).halt(experiment, id, 'stopped', 'Experiment stopped.');
  return { experiment: described(experimentAt(ctx, id)) };
}

export function GetExperiment(ctx: Context, { id }: { id: string }) {
  return { experiment: described(experimentAt(ctx, id)) };
}

interface ListInput {
  maxResults?: number;
  nextToken?: string;
  experimentTemplateId?: string;
}

export function ListExperiments(ctx: Context, input: ListInput) {
  const all = experiments(ctx, ctx)
    .values()
    .filter(({ experimentTemplateId: of }) => of === (input.experimentTemplateId ?? of))
    .sort((a, b) => b.createdMs - a.createdMs);
  const { items, ...more } = page(all, input);
  const listed = items.map((experiment) => {
    const { id, arn, experimentTemplateId, state, creationTime, tags, experimentOptions } = described(experiment);
    return { id, arn, experimentTemplateId, state, creationTime, tags, experimentOptions };
  });
  return { experiments: listed, ...more };
}

export function ListExperimentResolvedTargets(
  ctx: Context,
  input: { experimentId: string; maxResults?: number; nextToken?: string; targetName?: string },
) {
  const { resolved, targets } = experimentAt(ctx, input.experimentId);
  const all = Object.entries(resolved)
    .filter(([name]) => name === (input.targetName ?? name))
    .flatMap(([targetName, arns]) =>
      arns.map((arn) => ({ targetName, resourceType: targets[targetName]?.resourceType, targetInformation: { arn } })),
    );
  const { items, ...more } = page(all, input);
  return { resolvedTargets: items, ...more };
}

function described(experiment: Experiment) {
  const { id, arn, experimentTemplateId, roleArn, targets, stopConditions, tags, state, createdMs } = experiment;
  const { startedMs, endedMs, actionsMode } = experiment;
  return {
    ...{ id, arn, experimentTemplateId, roleArn, targets, stopConditions, tags, state },
    ...times({ startedMs, endedMs }),
    creationTime: new Date(createdMs),
    experimentOptions: { ...experiment.experimentOptions, actionsMode },
    targetAccountConfigurationsCount: 0,
    actions: Object.fromEntries(
      Object.entries(experiment.actions).map(([name, { undo: _undo, dueMs: _due, startedMs, endedMs, ...action }]) => [
        name,
        { ...action, ...times({ startedMs, endedMs }) },
      ]),
    ),
  };
}

function times({ startedMs, endedMs }: { startedMs: number | undefined; endedMs: number | undefined }) {
  return {
    ...(startedMs === undefined ? {} : { startTime: new Date(startedMs) }),
    ...(endedMs === undefined ? {} : { endTime: new Date(endedMs) }),
  };
}
