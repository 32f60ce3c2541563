import type { Context } from '../../../kernel/service.ts';
import { runs } from '../behaviour/runs.ts';
import { notFound, validation } from '../errors.ts';
import { experiments, isOver, keepSafetyLever, safetyLever } from '../state.ts';

/** "Safety lever for AWS FIS": one a region, called default. */
export function GetSafetyLever(ctx: Context, { id }: { id: string }) {
  if (id !== 'default') throw notFound(`The safety lever ${id}`);
  return {
    safetyLever: {
      id,
      arn: `arn:aws:fis:${ctx.region}:${ctx.account}:safety-lever/${id}`,
      state: safetyLever(ctx, ctx),
    },
  };
}

/** Engaged, it stops what is under way and lets nothing begin. */
export async function UpdateSafetyLeverState(
  ctx: Context,
  { id, state }: { id: string; state: { status: string; reason: string } },
) {
  if (id !== 'default') throw notFound(`The safety lever ${id}`);
  const { status, reason } = state;
  if (status !== 'engaged' && status !== 'disengaged')
    throw validation(`state.status is "${status}", and must be engaged or disengaged.`);
  keepSafetyLever(ctx, ctx, { status, reason });
  for (const experiment of status === 'engaged' ? experiments(ctx, ctx).values() : [])
    if (!isOver(experiment))
      await ctx.engine(runs).halt(experiment, experiment.id, 'stopped', 'Experiment stopped by the safety lever.');
  return GetSafetyLever(ctx, { id });
}
