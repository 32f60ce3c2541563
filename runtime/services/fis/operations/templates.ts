import type { Context } from '../../../kernel/service.ts';
import { page } from '../behaviour/paging.ts';
import { type PlanInput, planFrom } from '../behaviour/plan.ts';
import { quota } from '../errors.ts';
import { type ExperimentTemplate, fisArn, templateAt, templates } from '../state.ts';

interface CreateInput extends PlanInput {
  clientToken: string;
  tags?: Record<string, string>;
}

export function CreateExperimentTemplate(ctx: Context, { clientToken, tags = {}, ...input }: CreateInput) {
  const existing = templates(ctx, ctx)
    .values()
    .find((template) => template.clientToken === clientToken);
  if (existing) return { experimentTemplate: described(existing) };
  if (templates(ctx, ctx).size >= 500) throw quota('There are 500 experiment templates, and no more are possible.');
  const id = `EXT${ctx.ids.upper(15)}`;
  const { account, region } = ctx;
  const nowMs = ctx.clock.now();
  const template: ExperimentTemplate = {
    ...planFrom(ctx, input),
    id,
    arn: fisArn(ctx, 'experiment-template', id),
    tags,
    clientToken,
    createdMs: nowMs,
    updatedMs: nowMs,
    account,
    region,
  };
  templates(ctx, ctx).put(id, template);
  return { experimentTemplate: described(template) };
}

/** What is not said stays as it was. */
export function UpdateExperimentTemplate(ctx: Context, { id, ...changes }: PlanInput & { id: string }) {
  const before = templateAt(ctx, id);
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const experimentOptions = { ...before.experimentOptions, ...changes.experimentOptions };
  const plan = planFrom(ctx, { ...before, ...given, experimentOptions });
  const template = { ...before, ...plan, updatedMs: ctx.clock.now() };
  templates(ctx, ctx).put(id, template);
  return { experimentTemplate: described(template) };
}

export function GetExperimentTemplate(ctx: Context, { id }: { id: string }) {
  return { experimentTemplate: described(templateAt(ctx, id)) };
}

export function DeleteExperimentTemplate(ctx: Context, { id }: { id: string }) {
  const template = templateAt(ctx, id);
  templates(ctx, ctx).delete(id);
  return { experimentTemplate: described(template) };
}

export function ListExperimentTemplates(ctx: Context, input: { maxResults?: number; nextToken?: string }) {
  const { items, ...more } = page(templates(ctx, ctx).values(), input);
  const experimentTemplates = items.map((template) => {
    const { id, arn, description, tags, creationTime, lastUpdateTime } = described(template);
    return { id, arn, description, tags, creationTime, lastUpdateTime };
  });
  return { experimentTemplates, ...more };
}

function described({
  clientToken: _token,
  createdMs,
  updatedMs,
  account: _a,
  region: _r,
  ...rest
}: ExperimentTemplate) {
  return {
    ...rest,
    targetAccountConfigurationsCount: 0,
    creationTime: new Date(createdMs),
    lastUpdateTime: new Date(updatedMs),
  };
}
