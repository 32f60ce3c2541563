import type {
  AddTagsToResourceCommandInput,
  DescribeEventsCommandInput,
  ListTagsForResourceCommandInput,
  RemoveTagsFromResourceCommandInput,
} from '@aws-sdk/client-rds';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { eventsOf, keptMs } from '../behaviour/events.ts';
import { invalidParameter } from '../errors.ts';
import {
  clusters,
  eventSubscriptions,
  instances,
  parameterGroups,
  snapshots,
  subnetGroups,
  type Tag,
} from '../state.ts';

/** "Duration: the number of minutes to retrieve events for. Default: 60" (DescribeEvents). */
export function DescribeEvents(ctx: Context, input: DescribeEventsCommandInput) {
  const nowMs = ctx.clock.now();
  const end = input.EndTime?.getTime() ?? nowMs;
  const start = input.StartTime?.getTime() ?? nowMs - (input.Duration ?? 60) * 60_000;
  const found = eventsOf(ctx)
    .values()
    .filter(({ timeMs }) => timeMs >= Math.max(start, nowMs - keptMs) && timeMs <= end)
    .filter((event) => input.SourceIdentifier === undefined || event.SourceIdentifier === input.SourceIdentifier)
    .filter((event) => input.SourceType === undefined || event.SourceType === input.SourceType)
    .filter(
      ({ EventCategories }) =>
        !input.EventCategories?.length || EventCategories.some((one) => input.EventCategories?.includes(one)),
    );
  return { Events: found.map(({ timeMs, EventID: _, ...event }) => ({ ...event, Date: new Date(timeMs) })) };
}

interface Tagged {
  Tags: Tag[];
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  return { TagList: tagged(ctx, input.ResourceName).record.Tags };
}

export function AddTagsToResource(ctx: Context, input: AddTagsToResourceCommandInput): void {
  const { record, put } = tagged(ctx, input.ResourceName);
  const added = input.Tags ?? [];
  const kept = record.Tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
  put([...kept, ...added]);
}

export function RemoveTagsFromResource(ctx: Context, input: RemoveTagsFromResourceCommandInput): void {
  const { record, put } = tagged(ctx, input.ResourceName);
  put(record.Tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? '')));
}

function tagged(ctx: Context, arn = ''): { record: Tagged; put(tags: Tag[]): void } {
  const [kind = '', id = ''] = arn.split(':').slice(5);
  const places = lookupTable({
    cluster: [clusters, id],
    db: [instances, id],
    subgrp: [subnetGroups, id],
    es: [eventSubscriptions, id],
    pg: [parameterGroups, id],
    'cluster-pg': [parameterGroups, id],
    snapshot: [snapshots, `instance ${id}`],
    'cluster-snapshot': [snapshots, `cluster ${id}`],
  } as const);
  const [collection, key] = places[kind as keyof typeof places] ?? [];
  const record = collection && (collection(ctx).get(key ?? '') as Tagged | undefined);
  if (!collection || !record || key === undefined) throw invalidParameter(`Invalid resource name: ${arn}`);
  return { record, put: (Tags) => collection(ctx).put(key, { ...record, Tags } as never) };
}
