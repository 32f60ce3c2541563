import { isDeepStrictEqual } from 'node:util';
import type {
  CreateInvalidationCommandInput,
  GetInvalidationCommandInput,
  ListInvalidationsCommandInput,
} from '@aws-sdk/client-cloudfront';
import { cdn } from '../../../data-planes/cdn/cdn.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkQuantities } from '../behaviour/quantities.ts';
import { pageOf, timeOf } from '../behaviour/versions.ts';
import { invalidArgument, missingBody, noSuchDistribution, noSuchInvalidation } from '../errors.ts';
import { distributions, type InvalidationRecord, invalidations } from '../state.ts';

/** The edge has forgotten the paths before this answers, so an invalidation is Completed at once. */
export function CreateInvalidation(ctx: Context, input: CreateInvalidationCommandInput) {
  const id = existing(ctx, input.DistributionId);
  const batch = input.InvalidationBatch;
  const paths = batch?.Paths?.Items ?? [];
  if (!batch?.CallerReference) throw missingBody('InvalidationBatch');
  checkQuantities(batch);
  if (paths.length === 0 || paths.length > 3000)
    throw invalidArgument('Your request must contain between 1 and 3000 invalidation paths.');
  if (paths.some((path) => !path.startsWith('/') || path.length > 4000))
    throw invalidArgument('Your request contains one or more invalid invalidation paths.');
  const same = ofDistribution(ctx, id).find((one) => one.InvalidationBatch.CallerReference === batch.CallerReference);
  if (same && !isDeepStrictEqual(same.InvalidationBatch.Paths?.Items, paths))
    throw invalidArgument('The caller reference is already in use for another invalidation batch.');
  const record = same ?? {
    Id: `I${ctx.ids.upper(25)}`,
    DistributionId: id,
    CreateTime: timeOf(ctx),
    InvalidationBatch: batch,
  };
  if (!same) {
    ctx.engine(cdn).invalidate(id, paths);
    invalidations(ctx, ctx).put(`${id}/${record.Id}`, record);
  }
  return {
    Location: `https://cloudfront.amazonaws.com/2020-05-31/distribution/${id}/invalidation/${record.Id}`,
    Invalidation: describe(record),
  };
}

export function GetInvalidation(ctx: Context, input: GetInvalidationCommandInput) {
  const id = existing(ctx, input.DistributionId);
  const record = invalidations(ctx, ctx).get(`${id}/${input.Id}`);
  if (!record) throw noSuchInvalidation();
  return { Invalidation: describe(record) };
}

export function ListInvalidations(ctx: Context, input: ListInvalidationsCommandInput) {
  const records = ofDistribution(ctx, existing(ctx, input.DistributionId)).sort((a, b) =>
    b.CreateTime.localeCompare(a.CreateTime),
  );
  const { page, ...list } = pageOf(records, (record) => record.Id, input);
  return {
    InvalidationList: {
      ...list,
      Items: page.map((record) => ({ Id: record.Id, CreateTime: new Date(record.CreateTime), Status: 'Completed' })),
    },
  };
}

function existing(ctx: Context, id: string | undefined): string {
  if (id === undefined || !distributions(ctx, ctx).has(id)) throw noSuchDistribution();
  return id;
}

function ofDistribution(ctx: Context, id: string): InvalidationRecord[] {
  return invalidations(ctx, ctx)
    .values()
    .filter((record) => record.DistributionId === id);
}

function describe(record: InvalidationRecord) {
  return {
    Id: record.Id,
    Status: 'Completed',
    CreateTime: new Date(record.CreateTime),
    InvalidationBatch: record.InvalidationBatch,
  };
}
